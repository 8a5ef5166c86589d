export { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from './embedded-postgres.js';
export {
  BinariesUnavailableError,
  DataFolderAccessError,
  DataFolderForeignError,
  DataFolderInUseError,
  DataFolderVersionError,
  EmbeddedPostgresError,
  PortUnavailableError,
  ServerFailedError,
  ServerUserError,
} from './errors.js';
