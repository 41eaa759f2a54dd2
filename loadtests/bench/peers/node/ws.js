// ws: a room in the plainest way. Each line at the publish port goes to every socket; what viewers send is parsed as JSON and counted.
import net from "node:net";
import readline from "node:readline";
import { WebSocketServer } from "ws";

const [port, publishPort] = process.argv.slice(2).map(Number);
const counts = new Map();
const server = new WebSocketServer({ host: "127.0.0.1", port, perMessageDeflate: false, backlog: 4096 });

server.on("connection", (socket) => {
  socket.on("message", (data) => {
    const command = JSON.parse(data);
    counts.set(command.kind, (counts.get(command.kind) ?? 0) + command.n);
  });
});

net.createServer((publisher) => {
  readline.createInterface({ input: publisher }).on("line", (line) => {
    for (const socket of server.clients) socket.send(line);
  });
}).listen(publishPort, "127.0.0.1");
