/** A TCP proxy in front of PostgreSQL that can break a connection at a chosen moment. */
import { connect, createServer, type Socket } from "node:net";

export interface WireProxy {
  readonly port: number;
  /** Breaks the next connection that sends a query with this text: before the server gets it, or before its answer. */
  cut(text: string, when: "before" | "after"): void;
  /** Lets the next query with this text through to the server and keeps back its answer, until it is released. */
  hold(text: string): HeldAnswer;
  /** All that clients have sent, as latin1. */
  readonly heard: string;
  /** How often a connection was broken. */
  readonly cuts: number;
  close(): Promise<void>;
}

export interface HeldAnswer {
  /** Resolves when the server has answered and the answer is kept back. */
  readonly held: Promise<void>;
  release(): void;
}

/** Starts the proxy to a port of this machine. Sees plain text only: connect with `sslmode=disable`. */
export async function startWireProxy(target: number): Promise<WireProxy> {
  let armed: { readonly text: string; readonly when: "before" | "after" } | undefined;
  let holding: { readonly text: string; readonly onHeld: () => void; readonly released: Promise<void> } | undefined;
  let cuts = 0;
  let heard = "";
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, "127.0.0.1");
    let mute = false;
    let hold: typeof holding;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.on("data", (data) => {
      heard += data.toString("latin1");
      if (armed !== undefined && data.includes(armed.text)) {
        const { when } = armed;
        armed = undefined;
        cuts++;
        if (when === "before") {
          client.destroy();
          return;
        }
        mute = true;
      }
      if (holding !== undefined && data.includes(holding.text)) {
        hold = holding;
        holding = undefined;
      }
      upstream.write(data);
    });
    upstream.on("data", (data) => {
      if (hold !== undefined) {
        hold.onHeld();
        void hold.released.then(() => client.write(data));
        return;
      }
      // The server has done it; its answer never arrives.
      if (mute) client.destroy();
      else client.write(data);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    cut(text, when) {
      armed = { text, when };
    },
    hold(text) {
      const held = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      holding = { text, onHeld: held.resolve, released: released.promise };
      return { held: held.promise, release: released.resolve };
    },
    get heard() {
      return heard;
    },
    get cuts() {
      return cuts;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
