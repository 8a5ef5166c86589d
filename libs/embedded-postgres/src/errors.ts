/** Every failure that this library foresees. The message says what was found and what to do about it. */
export class EmbeddedPostgresError extends Error {
  override name = 'EmbeddedPostgresError';
}

/** No PostgreSQL binaries are installed for this operating system and processor, or they do not run here. */
export class BinariesUnavailableError extends EmbeddedPostgresError {
  override name = 'BinariesUnavailableError';
}

/** Another living process owns the data folder. */
export class DataFolderInUseError extends EmbeddedPostgresError {
  override name = 'DataFolderInUseError';
  readonly ownerPid: number;

  constructor(dataDir: string, ownerPid: number) {
    super(
      `The data folder ${dataDir} is in use by process ${ownerPid}. ` +
        'Stop that process, or choose another data folder: two owners would stop each other’s database.',
    );
    this.ownerPid = ownerPid;
  }
}

/** The folder holds something else than a database made by this library. */
export class DataFolderForeignError extends EmbeddedPostgresError {
  override name = 'DataFolderForeignError';
}

/** The data folder, or a file in it, cannot be created, read or written by this user. */
export class DataFolderAccessError extends EmbeddedPostgresError {
  override name = 'DataFolderAccessError';
}

/** The database was made by another major version of PostgreSQL than the installed binaries. */
export class DataFolderVersionError extends EmbeddedPostgresError {
  override name = 'DataFolderVersionError';

  constructor(dataDir: string, found: string, installed: string) {
    super(
      `The database in ${dataDir} was made by PostgreSQL ${found}, and the installed binaries are PostgreSQL ${installed}. ` +
        `Dump it with version ${found} and restore it into a new data folder, or install the binaries of version ${found}.`,
    );
  }
}

/** The process runs as root, and there is no other user that PostgreSQL could run as. */
export class ServerUserError extends EmbeddedPostgresError {
  override name = 'ServerUserError';
}

/** No loopback port could be bound. */
export class PortUnavailableError extends EmbeddedPostgresError {
  override name = 'PortUnavailableError';
}

/** The server did not come up, or did not go down; the message ends with what it wrote to its log. */
export class ServerFailedError extends EmbeddedPostgresError {
  override name = 'ServerFailedError';
}

/** The `code` of a system error (`ENOENT`, `EACCES` …), if `error` is one. */
export function systemCode(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}
