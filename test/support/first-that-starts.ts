/**
 * Tries the ways to start a part, in order.
 *
 * @param ways give the part, or the reason why this way is not open here; one that throws is closed as well.
 */
export async function firstThatStarts<Part extends object>(
  part: string,
  ways: (() => Promise<Part | string>)[],
): Promise<Part> {
  const reasons: string[] = [];
  for (const way of ways) {
    try {
      const result = await way();
      if (typeof result !== 'string') return result;
      reasons.push(result);
    } catch (error) {
      const message = error instanceof Object && 'message' in error ? String(error.message) : String(error);
      console.warn(`${part} could not be started (${message})`);
      reasons.push(message);
    }
  }
  throw new Error(`There is no ${part} here: ${reasons.join('; ')}`);
}
