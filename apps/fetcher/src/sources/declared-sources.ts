import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { BackgroundLoop, Metrics } from '@newsmill/service';
import { fetcherMetrics } from '../fetcher.metrics.js';
import { FETCHER_SETTINGS } from '../fetcher.tokens.js';
import { type SourceDeclaration, sourceOfFeed } from './source-declaration.js';
import { readSourceFile, SourceFileError, sourceFileState } from './source-file.js';
import { Sources } from './sources.js';

/** Milliseconds between two looks at whether the file has changed. */
const LOOK_MS = 1_000;

/** How the sources file stands with this process. */
export interface FileStatus {
  /** `broken`: the present version has mistakes, and an earlier one is in force. */
  state: 'in force' | 'broken';
  /** When the version in force was read. */
  readAt: string;
  sources: number;
  /** Mistakes of the present version, each with its line. */
  problems?: readonly string[];
}

/** Keeps the sources of NEWSMILL_FEEDS and of NEWSMILL_SOURCES_FILE as they are declared. */
@Injectable()
export class DeclaredSources implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('sources');
  private readonly loop = new BackgroundLoop(
    { does: 'look at the sources file', logger: this.logger, everyMs: LOOK_MS },
    () => this.look(this.settings.sourcesFile!),
  );
  private seen: string | undefined;
  private fileStatus: FileStatus | undefined;
  private fault = '';

  constructor(
    private readonly sources: Sources,
    @Inject(FETCHER_SETTINGS) private readonly settings: { feeds: readonly string[]; sourcesFile?: string | undefined },
    @Inject(Metrics) metrics: Metrics,
  ) {
    metrics.watch(fetcherMetrics.sourcesFileBroken, () => (this.fileStatus?.state === 'broken' ? 1 : 0));
  }

  /** What is wrong with the file, each mistake under the name of the setting. */
  static problems({ sourcesFile }: { sourcesFile?: string | undefined }): string[] {
    if (sourcesFile === undefined) return [];
    try {
      readSourceFile(sourcesFile);
      return [];
    } catch (error) {
      if (!(error instanceof SourceFileError)) throw error;
      return error.problems.map((problem) => `NEWSMILL_SOURCES_FILE: ${problem}`);
    }
  }

  /** Of the file, when there is one. */
  get status(): FileStatus | undefined {
    return this.fileStatus;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { feeds, sourcesFile } = this.settings;
    const named = new Map(feeds.map(sourceOfFeed).map((source) => [source.id, source]));
    await this.sources.replace('setting', [...named.values()]);
    if (sourcesFile === undefined) {
      await this.sources.replace('file', []);
      return;
    }
    const state = sourceFileState(sourcesFile);
    await this.apply(readSourceFile(sourcesFile), state);
    this.loop.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  private async look(path: string): Promise<void> {
    let state = 'missing';
    try {
      state = sourceFileState(path);
      if (state === this.seen) return;
      const declared = readSourceFile(path);
      await this.apply(declared, state);
      this.logger.log(`the sources file has changed: ${declared.length} sources are in force`);
    } catch (error) {
      this.tellBroken(error, state);
    }
  }

  private async apply(declared: readonly SourceDeclaration[], state: string): Promise<void> {
    const taken = await this.sources.replace('file', declared);
    for (const id of taken) this.logger.warn(`the source ${id} was the API's and is now the sources file's`);
    this.seen = state;
    this.fault = '';
    this.fileStatus = { state: 'in force', readAt: new Date().toISOString(), sources: declared.length };
  }

  /** A version with mistakes is looked at once; what the database or the disk has to do with is tried again. */
  private tellBroken(error: unknown, state: string): void {
    const isMistaken = error instanceof SourceFileError;
    const problems = isMistaken ? error.problems : [(error as Error).message];
    if (isMistaken) this.seen = state;
    if (this.fileStatus !== undefined) this.fileStatus = { ...this.fileStatus, state: 'broken', problems };
    const fault = problems.join('; ');
    if (fault === this.fault && !isMistaken) return;
    this.fault = fault;
    this.logger.error(`NEWSMILL_SOURCES_FILE: ${fault}; the version read before stays in force`);
  }
}
