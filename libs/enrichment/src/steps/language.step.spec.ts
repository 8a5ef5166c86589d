import { describe, expect, it } from '@jest/globals';
import { languageStep } from './language.step.js';

const TEXTS: readonly [tag: string, text: string][] = [
  ['en', 'The council voted late on Thursday to keep the small library open through the winter.'],
  ['de', 'Der Stadtrat hat am späten Donnerstag beschlossen, die kleine Bücherei im Winter offen zu lassen.'],
  ['fr', 'Le conseil municipal a voté tard jeudi soir pour garder la petite bibliothèque ouverte cet hiver.'],
  ['es', 'El ayuntamiento votó el jueves por la noche mantener abierta la pequeña biblioteca durante el invierno.'],
  ['it', 'Il consiglio comunale ha votato giovedì sera per tenere aperta la piccola biblioteca durante l’inverno.'],
  ['pt', 'A câmara municipal votou na noite de quinta-feira para manter aberta a pequena biblioteca no inverno.'],
  ['nl', 'De gemeenteraad stemde donderdagavond laat om de kleine bibliotheek deze winter open te houden.'],
  ['pl', 'Rada miasta zagłosowała w czwartek późnym wieczorem za tym, aby mała biblioteka była otwarta przez zimę.'],
  ['sv', 'Kommunfullmäktige röstade sent på torsdagen för att hålla det lilla biblioteket öppet under vintern.'],
  ['tr', 'Belediye meclisi perşembe gecesi küçük kütüphanenin kış boyunca açık kalması yönünde oy kullandı.'],
  ['ru', 'Городской совет поздно вечером в четверг проголосовал за то, чтобы небольшая библиотека работала зимой.'],
  ['uk', 'Міська рада пізно ввечері в четвер проголосувала за те, щоб невелика бібліотека працювала взимку.'],
  ['el', 'Το δημοτικό συμβούλιο αποφάσισε αργά την Πέμπτη να μείνει ανοιχτή η μικρή βιβλιοθήκη τον χειμώνα.'],
  ['ar', 'صوت مجلس المدينة في وقت متأخر من يوم الخميس على إبقاء المكتبة الصغيرة مفتوحة طوال فصل الشتاء.'],
  ['he', 'מועצת העיר הצביעה בשעה מאוחרת ביום חמישי להשאיר את הספרייה הקטנה פתוחה במהלך החורף.'],
  ['hi', 'नगर परिषद ने गुरुवार देर रात छोटे पुस्तकालय को पूरी सर्दियों में खुला रखने के पक्ष में मतदान किया।'],
  ['ja', '市議会は木曜日の夜遅く、小さな図書館を冬の間も開けておくことを決めました。'],
  ['zh', '市议会星期四深夜投票决定，让这座小图书馆在整个冬天继续开放。'],
  ['ko', '시의회는 목요일 늦은 밤 작은 도서관을 겨울 동안 계속 열기로 결정했습니다.'],
];

const languageOf = (text: string, declaredLanguage?: string) =>
  languageStep.enrich({ title: '', text, ...(declaredLanguage === undefined ? {} : { declaredLanguage }) }).language;

describe('languageStep', () => {
  it.each(TEXTS)('tells %s', (tag, text) => {
    const found = languageOf(text);
    expect(found?.value).toEqual({ tag, confidence: expect.any(Number) });
    expect(found?.confidence).toBe(found?.value.confidence);
    expect(found?.value.confidence).toBeGreaterThan(0.5);
    expect(found?.value.confidence).toBeLessThanOrEqual(1);
  });

  const english = TEXTS[0]?.[1] ?? '';

  it.each([
    [english, 'de', 'en', 'de'],
    [english, 'en_US', 'en', 'en-US'],
    [english, 'EN-gb', 'en', 'en-GB'],
    ['Ja', 'de-AT', 'de', 'de-AT'],
    ['', 'fr', 'fr', 'fr'],
    ['2:1 (1:1)', 'it', 'it', 'it'],
    [
      'Kommunestyret vedtok torsdag kveld å holde det lille biblioteket åpent gjennom hele vinteren.',
      'nb-NO',
      'nb',
      'nb-NO',
    ],
    [
      'Dewan kota memutuskan pada Kamis malam untuk tetap membuka perpustakaan kecil selama musim dingin.',
      'id',
      'id',
      'id',
    ],
    ['Pleidleisiodd y cyngor nos Iau i gadw’r llyfrgell fach ar agor drwy’r gaeaf i bawb yn y dref.', 'cy', 'cy', 'cy'],
  ])('weighs %j against the declaration %s: %s', (text, given, tag, declared) => {
    expect(languageOf(text, given)?.value).toMatchObject({ tag, declared });
  });

  it.each(['', 'not a tag', 'x', 'und', 'mul', 'zxx', '-', 'a'.repeat(500)])(
    'passes over the declaration %j',
    (declared) => {
      expect(languageOf(english, declared)?.value).toEqual({ tag: 'en', confidence: expect.any(Number) });
      expect(languageOf('Ja', declared)).toBeUndefined();
    },
  );

  it('trusts a declaration alone less than a text that confirms it', () => {
    const alone = languageOf('Yes', 'en')?.confidence ?? 1;
    expect(alone).toBeLessThan(languageOf(english, 'en')?.confidence ?? 0);
  });
});
