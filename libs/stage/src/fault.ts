import type { ErrorClass, ReasonClass } from '@newsmill/contracts';

/** A fault of one event, with the class under which it is counted and kept among the dead letters. */
export class StageFault extends Error {
  override readonly name = 'StageFault';

  constructor(
    readonly errorClass: ErrorClass,
    message: string,
    options?: ErrorOptions & {
      /** `false`: trying again cannot help. */
      retry?: boolean;
      /** Under which its death is counted and found. Default: that of the fault that caused it. */
      reasonClass?: ReasonClass | undefined;
    },
  ) {
    super(message, options);
    const { cause } = this;
    this.retry = options?.retry ?? true;
    this.reasonClass = options?.reasonClass ?? (cause instanceof StageFault ? cause.reasonClass : undefined);
  }

  readonly retry: boolean;
  readonly reasonClass: ReasonClass | undefined;
}

/**
 * Something the stage depends on (its database, the log) is down. Not a fault of any event: the stage pauses and goes on
 * when it is back.
 */
export class DependencyDown extends Error {
  override readonly name = 'DependencyDown';

  constructor(
    readonly dependency: string,
    options?: ErrorOptions,
  ) {
    super(`${dependency} is down`, options);
  }
}

/** Any thrown thing as a fault. */
export function toFault(thrown: unknown): StageFault {
  if (thrown instanceof StageFault) return thrown;
  if (isError(thrown)) {
    const fault = new StageFault('handler', thrown.message || thrown.name, { cause: thrown });
    if (thrown.stack !== undefined) fault.stack = thrown.stack;
    return fault;
  }
  return new StageFault('handler', String(thrown));
}

/** Also for an error of another realm, of which `instanceof` knows nothing. */
export function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || Object.prototype.toString.call(thrown) === '[object Error]';
}
