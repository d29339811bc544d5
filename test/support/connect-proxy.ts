/** An HTTP proxy that only tunnels (`CONNECT`), and keeps every byte that it is sent. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface ConnectProxy {
  /** `127.0.0.1:3128` */
  readonly host: string;
  /** Request heads for the proxy itself. */
  readonly heads: string[];
  /** Everything that went through towards the other end. */
  readonly through: () => string;
}

/** @param answer status line and headers instead of a tunnel; undefined: a tunnel to `port` of this machine */
export async function connectProxy(
  t: { after(end: () => void): void },
  port: number,
  answer: (head: string, turn: number) => string | undefined = () => undefined,
): Promise<ConnectProxy> {
  const heads: string[] = [];
  const passed: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    client.on("error", () => {});
    let head = "";
    const onData = (data: Buffer) => {
      head += data.toString("latin1");
      const end = head.indexOf("\r\n\r\n");
      if (end < 0) return;
      client.off("data", onData);
      heads.push(head.slice(0, end));
      const refusal = answer(head, heads.length);
      if (refusal !== undefined) return void client.end(`${refusal}\r\n\r\n`);
      const far = connect(port, "127.0.0.1");
      sockets.add(far);
      far.on("error", () => client.destroy());
      client.on("close", () => far.destroy());
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      client.on("data", (more) => passed.push(more));
      client.pipe(far).pipe(client);
    };
    client.on("data", onData);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    heads,
    through: () => Buffer.concat(passed).toString("latin1"),
  };
}
