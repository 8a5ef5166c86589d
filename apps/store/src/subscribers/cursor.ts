/** A place in the change log: behind the entry of that number. */
export interface LogPlace {
  logId: string;
  seq: number;
}

/** A place in the walk over the states, which goes by article id. */
export interface StatePlace {
  /** Where the change log stood when the walk began. */
  log: LogPlace;
  /** The last article that has been shown. */
  articleId: string;
}

const CHANGE = /^c:([0-9a-f]{12}):(\d{1,15})$/;
const STATE = /^s:([0-9a-f]{12}):(\d{1,15}):([0-9a-f-]{36})$/;

export function changeCursor({ logId, seq }: LogPlace): string {
  return Buffer.from(`c:${logId}:${seq}`).toString('base64url');
}

/** @returns undefined when the text is no cursor of ours */
export function readChangeCursor(text: string): LogPlace | undefined {
  const [, logId, seq] = CHANGE.exec(plain(text)) ?? [];
  return logId === undefined ? undefined : { logId, seq: Number(seq) };
}

export function stateCursor({ log: { logId, seq }, articleId }: StatePlace): string {
  return Buffer.from(`s:${logId}:${seq}:${articleId}`).toString('base64url');
}

/** @returns undefined when the text is no cursor of ours */
export function readStateCursor(text: string): StatePlace | undefined {
  const [, logId, seq, articleId] = STATE.exec(plain(text)) ?? [];
  return logId === undefined ? undefined : { log: { logId, seq: Number(seq) }, articleId: articleId! };
}

function plain(text: string): string {
  return text.length > 128 ? '' : Buffer.from(text, 'base64url').toString('latin1');
}
