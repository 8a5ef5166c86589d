export {
  certificateEnds,
  type CertificateFiles,
  certificateProblems,
  type FileNames,
  verifiedTls,
} from './certificate-files.js';
export { type ConnectionFault, type ConnectionFaultKind, connectionFaultOf, isRefused } from './connection-fault.js';
export { type Explain, LogUnavailable } from './log-unavailable.js';
export { MemoryLog } from './memory-log.js';
export { MemoryTransport, type MemoryTransportOptions } from './memory.transport.js';
export { partitionOf } from './partitioner.js';
export {
  isLoopback,
  type PostgresConnection,
  postgresConnection,
  PostgresUrlError,
} from './postgres/connection-url.js';
export { PostgresTransport, type PostgresTransportOptions } from './postgres.transport.js';
export { RecordRefused, UnknownTopic } from './topic-errors.js';
export type { TransportLog } from './transport-log.js';
