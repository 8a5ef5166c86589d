import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { attempt, run } from './program.ts';

/** How a cluster reaches the machine that runs this proof. */
export interface HostAddress {
  /** Address of this machine that pods can reach. */
  address: string;
  /** Name under which pods know it. */
  name: string;
}

const UP_MS = 300_000;
const DOWN_MS = 120_000;

/**
 * A real Kubernetes node of this machine: the folder of tools has `cluster-up.sh`, `cluster-down.sh`, `bin/` with kubectl
 * and helm, and `img/mkimage.py`; containerd and its state stand in `state/`.
 */
export class LocalNode {
  readonly tools: string;
  /** As cluster-up.sh sets them: the machine's end of the wire to the node, and its name in the node's DNS. */
  readonly host: HostAddress = { address: '10.200.0.1', name: 'host.local' };

  private constructor(tools: string) {
    this.tools = tools;
  }

  /** @throws Error when the tools are not built, or a node is up already */
  static async up(tools: string, tell: (line: string) => void): Promise<LocalNode> {
    const node = new LocalNode(resolve(tools));
    if (!existsSync(join(node.tools, 'bin/hyperkube'))) {
      throw new Error(`--cluster ${tools}: the node's programs are not built there: run its build.sh`);
    }
    if (existsSync(join(node.state, 'pids'))) {
      throw new Error(`a node of ${tools} is up already: run its cluster-down.sh`);
    }
    try {
      const said = await run(join(node.tools, 'cluster-up.sh'), [], { timeoutMs: UP_MS });
      tell(said.trim().split('\n').at(-1) ?? '');
      return node;
    } catch (error) {
      await node.down();
      throw error;
    }
  }

  get state(): string {
    return join(this.tools, 'state');
  }

  get kubeconfig(): string {
    return join(this.state, 'admin.conf');
  }

  /** Makes an image of a folder. @returns the archive's path */
  async makeImage(name: string, archive: string, folder: string, options: readonly string[]): Promise<void> {
    const args = [join(this.tools, 'img/mkimage.py'), name, archive, folder, ...options];
    await run('python3', args, { timeoutMs: 300_000 });
  }

  async importImage(archive: string): Promise<void> {
    await this.#ctr(['images', 'import', archive], 300_000);
  }

  /** kill -9 of a container's first process, from outside. @param containerId as the pod's status tells it */
  async kill(containerId: string): Promise<void> {
    const id = containerId.replace(/^containerd:\/\//, '');
    const line = (await this.#ctr(['tasks', 'ls'])).split('\n').find((candidate) => candidate.startsWith(id));
    const pid = Number(line?.trim().split(/\s+/)[1]);
    if (!(pid > 1)) throw new Error(`container ${id} has no process`);
    process.kill(pid, 'SIGKILL');
  }

  /** Ends everything that was started, and puts back what the node changed on this machine. */
  async down(): Promise<void> {
    const { code, all } = await attempt(join(this.tools, 'cluster-down.sh'), [], { timeoutMs: DOWN_MS });
    if (code !== 0) throw new Error(`cluster-down.sh ended with ${code}: ${all.slice(-500)}`);
  }

  #ctr(args: readonly string[], timeoutMs = 60_000): Promise<string> {
    return run('ctr', ['-a', join(this.state, 'run/containerd.sock'), '-n', 'k8s.io', ...args], { timeoutMs });
  }
}
