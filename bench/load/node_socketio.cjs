// Node's socket.io with the same contract as the other servers of bench/fanout.py: what one sends, all in the room get.
const { Server } = require("socket.io");
const http = require("http").createServer((_asked, answer) => answer.end(""));
const io = new Server(http, { transports: ["websocket"], pingInterval: 25000, pingTimeout: 60000 });
io.on("connection", (socket) => {
  socket.join("room");
  socket.on("noop", (_message, answer) => answer({ ok: true }));
  socket.on("bcast", (message) => io.to("room").emit("room", message));
});
http.listen(Number(process.argv[2]), "127.0.0.1");
