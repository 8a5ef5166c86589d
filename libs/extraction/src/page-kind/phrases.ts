import { comparisonKey } from '../text.js';

/*
 * What the titles and lines of pages without an article say, in the languages of news. Texts are compared by their
 * keys (lower case, without punctuation and apostrophes), and no pattern repeats more than single words.
 */

/** Phrases of one kind of page, with small words that may stand beside them and prove nothing alone. */
interface Phrases {
  telling: RegExp;
  beside: RegExp;
}

const ERROR: Phrases = {
  telling: new RegExp(
    [
      '(?:page|article|story|content|document|video) (?:(?:you )?(?:requested|are looking for) )?(?:(?:was|is|has|could|can|cant|cannot) )?(?:not |no longer )?(?:be )?(?:found|available|exists?|unavailable|removed)',
      '(?:cant|cannot|couldnt|could not|unable to) find (?:that|the|this|your|what)(?: page| story| article)?|not found|nothing (?:was )?found|does(?: not|nt) exist|no longer (?:available|exists|online)',
      '\\b(?:40[0-9]|410|451|50[0-4])\\b|bad (?:gateway|request)|service unavailable|internal server error|gateway time ?out|temporarily unavailable|(?:down for|under|scheduled) maintenance|unavailable (?:due to|for) legal reasons',
      '(?:diese )?seite (?:wurde |konnte |ist )?(?:leider )?nicht (?:gefunden|mehr verfügbar|erreichbar)(?: werden)?|(?:diese )?seite (?:existiert|gibt es) (?:leider )?nicht(?: mehr)?|wartungs(?:arbeiten|modus)',
      '(?:page|article|contenu) (?:introuvable|non trouvée?|inexistante?)|page nexiste (?:pas|plus)|site en maintenance',
      'página no (?:encontrada|existe|disponible)|no (?:se ha |hemos )?(?:podido )?encontra(?:do|mos|r) la página|en mantenimiento',
      'pagina (?:non trovata|inesistente|non disponibile|non esiste)|in manutenzione',
      '(?:página|conteúdo|notícia) não (?:encontrad[ao]|existe|localizad[ao]|disponível)|em manutenção',
      'pagina (?:is )?(?:bestaat )?niet (?:gevonden|beschikbaar|meer)|pagina bestaat niet(?: meer)?|niet gevonden',
      'sidan (?:hittades|kunde|kan|finns) inte(?: hittas?| längre)?|siden (?:blev |ble |kunne |kan |findes |finnes )?ikke (?:bli )?(?:fundet|funnet|findes|finnes)?',
      'nie znaleziono(?: strony| artykułu)?|stron[ay] nie (?:istnieje|została znaleziona)|nie ma takiej strony|stránka (?:nebyla )?nenalezena|stránka neexistuje',
      'sayfa bulunamadı|sivua ei (?:löytynyt|löydy|ole)|az oldal nem található|pagina nu (?:a fost găsită|există)|halaman tidak ditemukan|không tìm thấy trang',
      'страниц[аы] не (?:найдена|существует)|такой страницы нет|сторінку не знайдено|η σελίδα δεν βρέθηκε|הדף לא נמצא',
      'ページ(?:が|は)(?:見つかりません|存在しません|ありません)|見つかりませんでした|ただいまメンテナンス',
      '(?:页面|頁面|网页|文章)(?:不存在|未找到|找不到|已删除|已刪除)|找不到(?:页面|頁面|网页|该页)|페이지를 찾을 수 없습니다|존재하지 않는 (?:페이지|기사)',
      'الصفحة (?:المطلوبة )?غير موجودة|لم يتم العثور على الصفحة',
    ].join('|'),
    'gu',
  ),
  beside:
    /\b(?:oops|sorry|ups|whoops|uh oh|hoppsan|error|code|http|status|erreur|fehler|errore|erro|fout|the|that|this|die|diese|la|cette|deze|gone|leider)\b|ошибка|お探しの|申し訳(?:ございません|ありません)|でした|抱歉|对不起|您访问的|عذرا|خطأ|오류/gu,
};

const BOT: Phrases = {
  telling: new RegExp(
    [
      'just a moment|attention required|access (?:to this page )?(?:has been |is )?denied|pardon our interruption|verify(?:ing)? (?:that )?you are (?:a )?human|are you (?:a )?(?:robot|human)|robot or human|human verification|(?:security|browser) check|checking (?:your browser|the site connection)|ddos protection|unusual (?:traffic|activity)|one more step|(?:confirm|prove) (?:that )?you are (?:a )?(?:human|not a robot)|enable (?:js|javascript) and disable any ad ?blocker',
      'sind sie ein (?:mensch|roboter)|kein roboter|sicherheits(?:über)?prüfung|zugriff verweigert',
      'êtes vous un (?:robot|humain)|vérification de sécurité|accès refusé|pas un robot',
      'no (?:soy|eres|es) un robot|verificación de seguridad|acceso denegado|non sono un robot|verifica di sicurezza|accesso negato',
      'não sou um robô|verificação de segurança|acesso negado|geen robot|toegang geweigerd|inte en robot|åtkomst nekad',
      'nie jest(?:em|eś) robotem|robot değil|robot olmadığ|не робот|проверка браузера|доступ (?:запрещ[её]н|ограничен)',
      'ロボットでは(?:ない|ありません)|アクセスが拒否|人机验证|安全验证|访问被拒绝|로봇이 아(?:님|닙니다)|보안 확인|لست روبوت',
    ].join('|'),
    'gu',
  ),
  beside: /\b(?:the|this|page|please|continue|before|we)\b/gu,
};

const LOGIN: Phrases = {
  telling:
    /\b(?:log ?in|sign ?in|log on|register|create (?:an )?account|anmelden|anmeldung|einloggen|registrieren|melden sie sich an|se connecter|connexion|connectez vous|identifiez vous|iniciar sesión|inicia sesión|inicie sesión|acceda|accedi|entre na sua conta|fazer login|inloggen|aanmelden|logga in|logg inn|log ind|zaloguj się|logowanie|giriş yap|kirjaudu|přihlášení|bejelentkezés)(?= |$)|войти|вход|ログイン|会員登録|登录|登入|로그인|تسجيل الدخول/gu,
  beside: /\b(?:to|your|account|sign|in|my|with|please|bitte|sisään)\b/gu,
};

const NEWSLETTER: Phrases = {
  telling:
    /\b(?:e ?mail )?(?:newsletters?|nieuwsbrief|nieuwsbrieven|nyhetsbrev|nyhedsbrev|uutiskirje|boletín|boletines|bülten)(?= |$)|рассылка|メールマガジン|뉴스레터|النشرة البريدية/gu,
  beside:
    /\b(?:our|your|sign|up|to|for|subscribe|unsere|abonnieren|nos|la|nuestro|nuestros|le|nostre|iscriviti|alla|receba|nossa|assine|a|onze)\b/gu,
};

/** The site's own pages, by their whole titles. */
const SERVICE: Phrases = {
  telling: new RegExp(
    [
      '\\b(?:privacy (?:policy|notice|statement|settings)|privacy|cookie (?:policy|notice|settings)|terms (?:of (?:use|service)|and conditions)|legal notice|imprint|about(?: us)?|who we are|contact(?: us)?|advertise(?: with us)?|careers|help cent(?:er|re)|frequently asked questions|faq|site ?map|accessibility statement|subscribe|media kit|masthead)(?= |$)',
      '\\b(?:impressum|datenschutz(?:erklärung|hinweise)?|agb|allgemeine geschäftsbedingungen|nutzungsbedingungen|über uns|kontakt|mediadaten|karriere|abonnement)(?= |$)',
      '\\b(?:mentions légales|politique de confidentialité|données personnelles|conditions générales(?: d utilisation| dutilisation| de vente)?|cgu|cgv|qui sommes nous|à propos|nous contacter|contactez nous|plan du site)(?= |$)',
      '\\b(?:aviso legal|política de (?:privacidad|cookies)|condiciones de uso|quiénes somos|contacto|publicidad|note legali|informativa (?:sulla )?privacy|chi siamo|contatti|pubblicità|mappa del sito)(?= |$)',
      '\\b(?:política de privacidade|termos de uso|quem somos|contato|contactos|anuncie|expediente|privacybeleid|privacyverklaring|voorwaarden|algemene voorwaarden|over ons|colofon|adverteren)(?= |$)',
      '\\b(?:integritetspolicy|personuppgifter|om oss|kontakta oss|annonsera|villkor|privatlivspolitik|om os|personvern|tietosuoja(?:seloste)?|käyttöehdot|yhteystiedot|tietoa meistä)(?= |$)',
      '\\b(?:polityka prywatności|regulamin|o nas|redakcja|ochrana osobních údajů|hakkımızda|iletişim|künye|gizlilik politikası|kullanım koşulları)(?= |$)',
      'политика конфиденциальности|пользовательское соглашение|о (?:нас|редакции|проекте)|контакты',
      '会社概要|お問い合わせ|個人情報保護方針|プライバシーポリシー|利用規約|关于我们|联系我们|隐私政策|用户协议|회사소개|문의하기|개인정보처리방침|이용약관|من نحن|اتصل بنا|سياسة الخصوصية|شروط الاستخدام',
    ].join('|'),
    'gu',
  ),
  beside: /\b(?:our|the|and|und|et|y|e|en|och|i|the|unsere|unser|nos|notre|us|page)\b/gu,
};

export const PHRASES = { error: ERROR, bot: BOT, login: LOGIN, newsletter: NEWSLETTER, service: SERVICE } as const;

/** Longer titles are headlines; longer keys are not searched. */
const MAX_KEY = 160;

/** The part of a text, 0 to 1, that phrases of one kind take up; 0 when nothing telling is among them. */
export function phraseShare(text: string, kind: keyof typeof PHRASES): number {
  const key = comparisonKey(text.slice(0, 2 * MAX_KEY));
  if (key === '' || key.length > MAX_KEY) return 0;
  const { telling, beside } = PHRASES[kind];
  let letters = 0;
  const rest = key.replace(telling, (found) => {
    letters += found.length;
    return ' '.repeat(found.length);
  });
  if (letters === 0) return 0;
  for (const found of rest.match(beside) ?? []) letters += found.length;
  return letters / key.replaceAll(' ', '').length;
}

/** Consent to cookies and the processing of data, as it is asked for. */
export const CONSENT_WORDS =
  /\bcookies?\b|\bconsent|\btracking\b|personal(?:ised|ized)? (?:data|ads)|\bprivacy\b|datenschutz|personenbezogen|zustimmung|einwilligung|consentement|données personnelles|vie privée|consentimiento|datos personales|consenso|dati personali|consentimento|dados pessoais|toestemming|persoonsgegevens|samtycke|personuppgift|\bkakor\b|danych osobowych|zgod[aęy]\b|çerez|kişisel veri|согласи|персональных данных|eväste|suostumu|henkilötieto|tietosuoja|クッキー|個人情報|同意|个人信息|쿠키|개인정보|ملفات تعريف الارتباط/iu;

/** Offers that stand where the text of a paid article would. */
export const PAYWALL_WORDS =
  /subscri(?:be|bers?|ption)\b|members only|\babonn(?:enten|ieren|és?|e|ement)|plus-artikel|suscri(?:ptores|birse|be)|abbonat[ioe]|assinantes?\b|abonnees?\b|prenumerant|prenumerator|subskryb|aboneler|подписчик|подписк|tilaajille|有料会員|会员专享|구독자|للمشتركين/iu;
