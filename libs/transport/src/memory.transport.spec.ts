import { MemoryLog } from './memory-log.js';
import { MemoryTransport } from './memory.transport.js';
import { describeTransport } from './transport.conformance.js';

describeTransport('memory', async () => {
  const memory = new MemoryLog();
  return {
    create: async () => new MemoryTransport({ memory }),
    prefix: 'memory',
    dispose: async () => memory.topics.clear(),
  };
});
