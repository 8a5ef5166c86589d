import { STATUS_CODES } from 'node:http';

/** One wrong field of a request, addressed as RFC 6901 JSON pointer. */
export interface FieldProblem {
  pointer: string;
  detail: string;
}

/** A problem detail (RFC 9457), thrown by a controller. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    /** Status of the answer (RFC 9110 section 15). */
    readonly status: number,
    readonly detail: string,
    readonly errors: readonly FieldProblem[] = [],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
  }
}

/** The body of a problem's answer (RFC 9457 section 3). */
export interface ProblemDetails {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: readonly FieldProblem[];
}

/** What a problem says in its body, for answers that tell of several. */
export function problemDetails({ status, detail, errors }: Problem): ProblemDetails {
  return {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    ...(errors.length > 0 && { errors }),
  };
}
