/** The other end of the socket contest, a thread: reads as the engine's clients do, discards, and answers each `passBytes` with one byte. */
import { parentPort, workerData } from 'node:worker_threads';
import { createTcpNetwork } from '../../../engine/host/tcp-network.ts';

const { passBytes } = workerData as { passBytes: number };
const RECEIVED = Buffer.alloc(1);

const listener = await createTcpNetwork().listen({ host: '127.0.0.1', port: 0 }, (connection) => {
  let received = 0;
  connection.onData = (chunk) => {
    received += chunk.length;
    if (received < passBytes) return;
    received -= passBytes;
    connection.write([RECEIVED]);
  };
  connection.resume();
});
parentPort?.postMessage(listener.endpoint.port);
