import type { ImageFound } from '../article.js';

/**
 * Two sizes of one picture have the same key: the file's name without size suffixes, query and extension. `url` is as
 * `webUrl` gives it.
 */
export function imageKey(url: string): string {
  const path = url.split(/[?#]/, 1)[0]!;
  const file = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const bare = file.replace(/\.(?:jpe?g|png|webp|avif|gif)$/, '').replace(/[-_]\d{2,4}x\d{2,4}$/, '');
  return bare.length >= 8 ? bare : url.split('?', 1)[0]!;
}

/** What `image` says, and for what it leaves open what the other report of the same picture says. */
export function joinReports(image: ImageFound, other: ImageFound | undefined): ImageFound {
  if (!other) return image;
  const { url, caption, credit, alt, width, height } = other;
  // The sides of another file are those of another size.
  const sameFile = image.url === url;
  return {
    ...(caption !== undefined && { caption }),
    ...(credit !== undefined && { credit }),
    ...(alt !== undefined && { alt }),
    ...(sameFile && width !== undefined && height !== undefined && { width, height }),
    ...image,
  };
}
