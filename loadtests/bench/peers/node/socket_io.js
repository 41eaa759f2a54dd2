// Socket.IO: every socket is in one namespace, and `emit` goes to all. Its pings are put off, since the swarm does not answer them.
import http from "node:http";
import net from "node:net";
import readline from "node:readline";
import { Server } from "socket.io";

const [port, publishPort] = process.argv.slice(2).map(Number);
const web = http.createServer();
const room = new Server(web, { transports: ["websocket"], pingInterval: 600_000, perMessageDeflate: false, serveClient: false });
web.listen({ port, host: "127.0.0.1", backlog: 4096 });

net.createServer((publisher) => {
  readline.createInterface({ input: publisher }).on("line", (line) => room.emit("message", line));
}).listen(publishPort, "127.0.0.1");
