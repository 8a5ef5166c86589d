import { applyDecorators, Catch, type ExceptionFilter, UseFilters } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import type { EventOf } from '@newsmill/contracts';
import type { HandlerContext, Outcome, Stage } from '@newsmill/stage';
import { type Observable, throwError } from 'rxjs';

/** Decorators of a handler that takes its context too, so that a service needs nothing else of the library. */
export { Ctx, Payload } from '@nestjs/microservices';

/** Lets the runner see what the handler threw; Nest's own filter would replace it by "Internal server error". */
@Catch()
class RethrowFilter implements ExceptionFilter {
  catch(thrown: unknown): Observable<never> {
    return throwError(() => thrown);
  }
}

/** A controller method that can run a stage. */
type HandlerMethod<S extends Stage> = (
  events: EventOf<S['reads']>[],
  context: HandlerContext,
) => Outcome<S>[] | Promise<Outcome<S>[]>;

/**
 * Makes a controller method the handler of a stage. The method takes the events (`@Payload()` when it also takes the
 * `@Ctx()` {@link HandlerContext}) and returns one outcome for each. The compiler refuses a wrong event shape and an emit
 * to a topic that the stage does not declare.
 */
export function StageHandler<S extends Stage>(
  stage: S,
): <M extends HandlerMethod<S>>(target: object, name: string | symbol, descriptor: TypedPropertyDescriptor<M>) => void {
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-arguments -- inferred, the decorator does not fit (TS2345)
  return applyDecorators(EventPattern<string>(stage.name, { stage }), UseFilters(RethrowFilter));
}
