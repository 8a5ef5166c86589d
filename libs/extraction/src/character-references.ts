import { Parser } from 'htmlparser2';

/** What may be a character reference, with the sign after it that decides how an unfinished one is read. */
const REFERENCE = /&[#\da-z]+[;=]?/gi;

/** References remembered at most, and their characters at most: what pages really use is few and short. */
const MOST = 1_000;
const LONGEST = 12;

/** Replaces references by the characters that htmlparser2 reads for them; asks it once for each. */
class ReferenceDecoder {
  private readonly known = new Map<string, string>();
  private characters = '';
  private readonly parser = new Parser({
    ontext: (data) => (this.characters += data),
    onattribute: (_name, value) => (this.characters = value),
  });

  /** A reference is read between these two pieces of HTML. */
  constructor(
    private readonly before: string,
    private readonly after: string,
  ) {}

  decode(text: string): string {
    return text.includes('&') ? text.replace(REFERENCE, this.read) : text;
  }

  private readonly read = (reference: string): string => {
    const known = this.known.get(reference);
    if (known !== undefined) return known;
    this.characters = '';
    this.parser.parseComplete(this.before + reference + this.after);
    if (reference.length <= LONGEST) {
      if (this.known.size === MOST) this.known.clear();
      this.known.set(reference, this.characters);
    }
    return this.characters;
  };
}

const inText = new ReferenceDecoder('', '');
const inAttribute = new ReferenceDecoder('<a a="', '">');

/** Decodes the character references of a text. */
export function decodeReferences(text: string): string {
  return inText.decode(text);
}

/** Decodes those of an attribute's value, where HTML leaves an unfinished `&copy=` as it stands. */
export function decodeAttribute(value: string): string {
  return inAttribute.decode(value);
}
