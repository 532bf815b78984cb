/** Addresses at which nothing good happens: accepted and never answered, a SYN that is dropped, words of another protocol. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Takes connections and does with them what it is told; nothing by default. */
export class DeafServer implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(onSocket: (socket: Socket) => void) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      onSocket(socket);
    });
  }

  static async open(onSocket: (socket: Socket) => void = () => {}): Promise<DeafServer> {
    const server = new DeafServer(onSocket);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A listener that never accepts, with its queue full: the kernel drops what else comes, as a firewall would. */
export class BlackHole implements AsyncDisposable {
  readonly address: string;
  readonly #child: ChildProcess;
  readonly #queued: Socket[];

  private constructor(address: string, child: ChildProcess, queued: Socket[]) {
    this.address = address;
    this.#child = child;
    this.#queued = queued;
  }

  static async open(): Promise<BlackHole> {
    const program = 'const s = require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => console.log(s.address().port));';
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
    const port = Number(line.toString());
    child.kill('SIGSTOP');
    const queued: Socket[] = [];
    // Until one is not taken any more.
    for (let isTaken = true; isTaken; ) {
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      queued.push(socket);
      isTaken = await Promise.race([once(socket, 'connect').then(() => true), new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 300))]);
    }
    return new BlackHole(`127.0.0.1:${port}`, child, queued);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#queued) socket.destroy();
    this.#child.kill('SIGKILL');
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
  }
}
