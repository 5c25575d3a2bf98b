import { foldCharacters } from '../domain/fold-name.ts';

/** Mail programs wrap the line that introduces the old mail into at most this many lines. */
const MOST_WRAPPED = 4;
const LONGEST_INTRODUCTION = 500;

/** `-----Original Message-----`, in the languages of the common mail programs. */
const SEPARATOR =
  /^[-–—_\s]{2,}(?:begin )?(?:original|ursprüngliche|message d.origine|mensaje|messaggio|mensagem|oorspronkelijk|doorgestuurd|forwarded|weitergeleitete|message transféré|vidarebefordrat|ursprungligt|videresendt|oprindelig|opprinnelig|oryginalna|wiadomość|исходное|пересылаемое|пересланное|původní|原始邮件|邮件原件|转发|元のメッセージ|원본)[^-–—_]{0,40}[-–—_\s]{2,}$/iu;
/** Zoho puts hyphens around the introduction. */
const DRAWN = /^-{2,}\s*on .*\bwrote\s*-{2,}$/iu;
const FORWARDED = /^begin forwarded message:$/i;
/** Outlook's line. People type shorter ones. */
const OUTLOOK_LINE = /^_{30,}$/;

/** `On … wrote:`. Other English sentences continue after the verb, or have a pronoun before it. */
const ON_WROTE = /^on .*(?<!\b(?:i|we|you|they) )\bwrote\s?:$/iu;
/** The same in other languages: an opening word, a verb, a colon at the end. */
const OPENED =
  /^(?:am|le|el|il|em|op|den|på|w dniu|dnia|dne|el dia|il giorno) .*\b(?:schrieb|a écrit|escribió|va escriure|ha scritto|escreveu|schreef|skrev|napisał|napisał\(a\)|pisze|napsal)(?![\p{L}\d]).*:$/iu;
/** Without an opening word: the verb is at the end, after a date or an address. */
const CLOSED =
  /[\d@].*(?:(?<!\b(?:i|we|you|they) )\bwrote|\bwrites|\ba écrit|\bescribió|\bha scritto|\bescreveu|\bnapisał(?:\(a\))?|написала?|написал\(а\)|пишет|写道|寫道|のメッセージ|書きました|작성)\s?:$/iu;
/**
 * In any language, a line with a time and an address in brackets, or GitHub's masked form of it:
 * `1 июн. 2026 г. в 10:00, Ada <ada@example.com>:`, `Ada ***@***.***>, 1 Haz 2026 Pzt, 10:00 tarihinde şunu yazdı:`.
 */
const ADDRESSED = /^(?=.*\d).*(?:<[^\s<>@]+@[^\s<>@]+>|\([^\s()@]+@[^\s()@]+\)|\*{3}@\*{3}).*:$/;

const FROM = /^\**(?:from|von|de|da|van|från|fra|od|от|发件人|寄件者|差出人|보낸 ?사람)\s?\**:\**\s*\S/iu;
const MORE_HEADERS =
  /^\**(?:sent|date|to|subject|gesendet|datum|an|betreff|envoyé|à|objet|enviado|fecha|para|asunto|data|inviato|a|oggetto|verzonden|aan|onderwerp|skickat|till|ämne|sendt|til|emne|wysłano|do|temat|отправлено|кому|тема|дата|发送时间|收件人|主题|寄件日期|送信日時|宛先|件名|보낸 ?날짜)\s?\**:/iu;
/** A header may continue in a second line. */
const HEADERS_WITHIN = 5;

/** GitHub's footer. The text below it is from the notification that the mail answers. */
const GITHUB_FOOTER =
  /^(?:(?:—|--)?\s*reply to this email directly, \W*(?:view it on|or view)|you are receiving this because you (?:were|are|authored|commented|modified) )/i;

/**
 * The lines (numbers from 0) that begin the copy of an older mail, which mail programs add below a reply. Ignores copies
 * whose lines begin with `>`: they are quotes anyway, and may have answers between their lines.
 */
export function findQuotedMail(texts: readonly string[]): readonly number[] {
  const lines = texts.map((text) => foldCharacters(text.replaceAll('&nbsp;', ' ')).trim());
  return [...lines.keys()].filter((at) => beginsCopy(lines, at) && !isFollowedByQuote(lines, at));
}

function beginsCopy(lines: readonly string[], at: number): boolean {
  const line = lines[at] ?? '';
  if (line === '' || line.length > LONGEST_INTRODUCTION) return false;
  if (SEPARATOR.test(line) || FORWARDED.test(line) || OUTLOOK_LINE.test(line)) return true;
  if (GITHUB_FOOTER.test(line) || DRAWN.test(line)) return true;
  if (FROM.test(line)) return beginsHeaders(lines, at);
  return /[:：]$/.test(line) && introducesCopy(lines, at);
}

/** `From: v1` above `To: v2` may be the author's own words. An address or a third header makes it a mail. */
function beginsHeaders(lines: readonly string[], at: number): boolean {
  const more = lines.slice(at + 1, at + 1 + HEADERS_WITHIN).filter((one) => MORE_HEADERS.test(one));
  return more.length >= (lines[at]?.includes('@') ? 1 : 2);
}

/** True if the line ends an introduction, which may begin some lines above. */
function introducesCopy(lines: readonly string[], at: number): boolean {
  let text = '';
  for (let first = at; first > at - MOST_WRAPPED && (lines[first] ?? '') !== ''; first -= 1) {
    text = `${lines[first]} ${text}`.trim();
    if (text.length > LONGEST_INTRODUCTION) return false;
    if (ON_WROTE.test(text) || OPENED.test(text) || CLOSED.test(text) || ADDRESSED.test(text)) return true;
  }
  return false;
}

function isFollowedByQuote(lines: readonly string[], at: number): boolean {
  let next = at + 1;
  while (lines[next] === '') next += 1;
  return lines[next]?.startsWith('>') ?? false;
}
