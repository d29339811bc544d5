import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { faultPoint, installFaultHandler, parseFault } from "../../../src/core/fault-point.ts";

suite("fault points", () => {
  test("do nothing unless installed, and then only at their name", async (t) => {
    await faultPoint("load:copy:1");
    const done: string[] = [];
    const action = (name: string) => async () => void done.push(name);
    const handler = parseFault("load:copy:1:kill,load:after-ddl:throw", {
      kill: action("kill"),
      throw: action("throw"),
      stall: action("stall"),
    });
    assert.ok(handler !== undefined);
    t.after(() => installFaultHandler(undefined));
    installFaultHandler(handler);
    for (const name of ["load:copy", "load:copy:2", "load:copy:1", "load:after-ddl"]) await faultPoint(name);
    assert.deepEqual(done, ["kill", "throw"]);
  });

  test("a text of another form is not a fault", () => {
    const none = async () => {};
    for (const text of ["", "load", "load:explode", ":kill", "a:kill,b"]) {
      assert.equal(parseFault(text, { kill: none, throw: none, stall: none }), undefined, text);
    }
  });
});
