let checked: Promise<string | undefined> | undefined;

/**
 * The host on which containers' ports are reached, or undefined when no container runtime answers. A `docker`
 * program in the PATH proves nothing: its daemon is asked.
 */
export function containerHost(): Promise<string | undefined> {
  return (checked ??= ask());
}

async function ask(): Promise<string | undefined> {
  const { getContainerRuntimeClient } = await import('testcontainers');
  try {
    return (await getContainerRuntimeClient()).info.containerRuntime.host;
  } catch {
    return undefined;
  }
}
