import type { ImageFound } from '../article.js';

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
