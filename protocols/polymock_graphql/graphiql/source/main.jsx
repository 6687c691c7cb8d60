// GraphiQL against the URL that the page itself has: queries by POST, subscriptions by WebSocket.
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createClient } from "graphql-ws";
import { createRoot } from "react-dom/client";
import "graphiql/graphiql.css";
import "./page.css";

const root = document.getElementById("graphiql");
const url = new URL(root.dataset.endpoint, location.href);
const socketUrl = new URL(url);
socketUrl.protocol = url.protocol === "https:" ? "wss:" : "ws:";

const asked = new URLSearchParams(location.search);
const welcome = `# ${root.dataset.title}: a mock. Every field of its schema answers.
# Ctrl-Enter runs the operation, Ctrl-Space suggests what fits.

`;

const fetcher = createGraphiQLFetcher({
  url: url.href,
  wsClient: createClient({ url: socketUrl.href, lazy: true }),
});

createRoot(root).render(
  <GraphiQL
    fetcher={fetcher}
    defaultQuery={welcome}
    query={asked.get("query") ?? undefined}
    variables={asked.get("variables") ?? undefined}
    operationName={asked.get("operationName") ?? undefined}
    shouldPersistHeaders={true}
  />,
);
