import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { LogUnavailable } from '@newsmill/transport';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { dependencyOf } from './dependency.js';
import { Problem, problemDetails } from './problem.js';

/** Answers with a problem, beside the headers that the reply has already. */
export function answerProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .status(problem.status)
    .headers(problem.headers)
    .header('content-type', 'application/problem+json')
    .send(JSON.stringify(problemDetails(problem)));
}

/** The problem that a thrown thing is to the caller; `undefined` for what is not ours to explain. */
export function problemOf(thrown: unknown): Problem | undefined {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof LogUnavailable) return unavailable('the log is down; push again later');
  if (thrown instanceof HttpException) return new Problem(thrown.getStatus(), thrown.message);
  const dependency = dependencyOf(thrown);
  return dependency === undefined ? undefined : unavailable(`the ${dependency} is down`);
}

/** Answers every error as application/problem+json. What is not ours to explain is logged and answered with 500. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('http');

  catch(thrown: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw thrown;
    const http = host.switchToHttp();
    void answerProblem(http.getResponse<FastifyReply>(), this.toProblem(thrown, http.getRequest<FastifyRequest>()));
  }

  private toProblem(thrown: unknown, request: FastifyRequest): Problem {
    const problem = problemOf(thrown);
    if (problem !== undefined) return problem;
    this.logger.error(`${request.method} ${request.url} failed`, thrown instanceof Error ? thrown.stack : thrown);
    return new Problem(500, 'an unexpected fault; it has been logged');
  }
}

/** 503 with Retry-After (RFC 9110 section 10.2.3, seconds). */
function unavailable(detail: string): Problem {
  return new Problem(503, detail, [], { 'retry-after': '5' });
}
