// A mock on grpc-js by @alenon/grpc-mock-server: node grpc_js.mjs PACKAGES PROTO PORT
import { createRequire } from "node:module";

const [packages, proto, port] = process.argv.slice(2);
const require = createRequire(`${packages}/`);
const { GrpcMockServer } = require("@alenon/grpc-mock-server");

const server = new GrpcMockServer(`127.0.0.1:${port}`);
server.addService(proto, "pets.v1", "Pets", {
  GetPet: (call, answer) =>
    answer(null, {
      id: call.request.id,
      name: "Rex",
      price: 12.5,
      owner: { name: "Ada Mills" },
      tags: ["friendly", "small"],
    }),
});
await server.start();
