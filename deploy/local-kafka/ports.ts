import { createServer, type Server } from 'node:net';

/** Takes a port (0: any free one) until it is released, so that no two are the same. */
export async function hold(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) =>
      reject(new Error(`Port ${port} on 127.0.0.1 cannot be used (${error.message}). Choose another one.`)),
    );
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

/** @returns the port that was held */
export async function release(server: Server): Promise<number> {
  const address = server.address();
  return new Promise((resolve) => {
    server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
  });
}
