// graphql-yoga with @graphql-tools/mock: node yoga.mjs PACKAGES SDL PORT
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";

const [packages, sdl, port] = process.argv.slice(2);
const require = createRequire(`${packages}/`);
const { createYoga } = require("graphql-yoga");
const { makeExecutableSchema } = require("@graphql-tools/schema");
const { addMocksToSchema } = require("@graphql-tools/mock");

const schema = addMocksToSchema({
  schema: makeExecutableSchema({ typeDefs: readFileSync(sdl, "utf8") }),
});
const yoga = createYoga({ schema, logging: false, maskedErrors: false });
createServer(yoga).listen(Number(port), "127.0.0.1");
