const ASCII = /^[\x20-\x7e]*$/;
/** Characters without a width of their own (joiners, direction marks, soft hyphens, byte order marks) and controls. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cc}\ufff9-\ufffb]/gu;
/** The full-width forms of ASCII, which keyboards for Chinese, Japanese and Korean type. */
const FULL_WIDTH = /[\uff01-\uff5e]/g;
const FULL_WIDTH_OFFSET = 0xff01 - 0x21;

/** A word as an ASCII keyboard types it: without invisible characters and full-width forms. */
export function foldCharacters(text: string): string {
  return text
    .replace(INVISIBLE, '')
    .replace(FULL_WIDTH, (one) => String.fromCharCode(one.charCodeAt(0) - FULL_WIDTH_OFFSET));
}

/** The key by which names of people and workspaces are compared: two names are the same if their keys are. */
export function foldName(name: string): string {
  return foldCharacters(name).normalize().trim().toLowerCase();
}

/** The form in which paths and branches are compared. Systems write `é` as one character or as two; case matters. */
export function foldPath(path: string): string {
  // For the 100,000 paths of a large repository it takes a tenth of the time.
  return ASCII.test(path) ? path : path.normalize();
}
