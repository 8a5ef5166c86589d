import type { ArticleRecord } from '@newsmill/contracts';

export type Association = NonNullable<ArticleRecord['associations']>[number];
export type Rendition = NonNullable<Association['renditions']>[number];

const TYPES = ['picture', 'video', 'audio', 'graphic', 'text'] as const;

/** A size in pixels when it is one. */
export function pixels<Name extends 'width' | 'height'>(
  name: Name,
  value: string | number | undefined,
): { [K in Name]?: number } {
  const size = Math.round(Number(value));
  return size > 0 && size < 1_000_000 ? ({ [name]: size } as { [K in Name]?: number }) : {};
}

/** The kind of thing, where the record knows it: stated, else as the media type of its renditions tells. */
export function typeOf(stated: string | undefined, renditions: readonly Rendition[]): Pick<Association, 'type'> {
  const type = TYPES.find((one) => one === stated);
  if (type !== undefined) return { type };
  const [family] = (renditions.find(({ contentType }) => contentType)?.contentType ?? '').split('/');
  if (family === 'image') return { type: 'picture' };
  return family === 'video' || family === 'audio' ? { type: family } : {};
}
