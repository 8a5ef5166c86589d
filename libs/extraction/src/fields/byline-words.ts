/** Words before a name that are no part of it, in the languages of news. */
export const LEADING =
  /^(?:(?:(?:written|reported|posted|published|words|story|text|reporting|analysis|opinion|interview|exclusive|authored)\s+by|by|von|vom|par|por|di|da|door|av|af|oleh|od|przez|autor(?:a|en|in|e|es|i)?|auteurs?|authors?|authored by|text|tekst|teksti|texte|texto|testo|tekst og foto|from|redigeret\s+af|publi[ée]\s+par|publicado\s+por|propos\s+recueillis\s+par|recueilli par|una\s+nota\s+de|escrito\s+por|a\s+cura\s+di|de notre (?:envoyée? spéciale?|correspondante?)(?: à [\p{L}-]+)?,?|penulis|reporter|laporan|yazan|haber|írta|szerző|автор|авторы|текст|автор текста)(?:\s*[:：]\s*|\s+)|(?:بقلم|كتب|كتبت|מאת|द्वारा|โดย|tác giả)\s*[:：]?\s*|(?:著者|作者|文|取材・文|取材|文・写真|撰文|記者|记者|執筆|责编|責任編輯|责任编辑|글)\s*[:：／/=＝・]\s*|(?:記者|记者)\s?(?=\p{Script=Han}{2,4}$))/iu;

/** A word that only introduces a name. */
export const PREPOSITION =
  /^(?:by|von|vom|par|por|di|da|door|av|af|oleh|from|written by|posted by|autor(?:in|en|a)?|auteur|text|tekst|de|the|in|on|at|and|with|und|et|y|e|著者|作者|文|記者|记者|翻訳者|기자|編集部)$/i;

/** What stands before the signature in `Published in Metro by Ada Voss` and `12 March 2024 by Ada Voss`. */
export const SIGNED_AFTER =
  /^(?:(?:published|posted|filed|submitted|created)\b.{0,80}?|.{0,60}\d.{0,20}?)(?:\s|\|)(?:by|von|par|por)[\s|:]+(?=\p{Lu})/iu;

/** Beginnings of lists of those who did other work than writing. */
export const CONTRIBUTION =
  /^\s*(?:illustrat(?:ions?|ed)|photograph(?:s|y|ed|er)?|photos?|pictures?|images?|graphics?|videos?|produced|production|edit(?:ed|ing)|translat(?:ion|ed)|review(?:ed)?|fact[- ]checked|styled|styling|design(?:ed)?|additional reporting|fotos?|fotografie|fotograf[ií]as?|ilustraci[oó]n(?:es)?|illustrationen|bilder?|bild|foto's|traduction|traducci[oó]n|übersetzt)\b[\s|]*(?:[:：]|by\b|von\b|par\b|por\b|de\b|di\b|door\b|av\b|af\b|oleh\b)|^\s*(?:写真|撮影|翻訳|編集|イラスト|사진)\s*[:：／/=＝・]|(?:訳|監訳|イラスト|写真|撮影)$/iu;

/** A part that returns from such a list to the writers. */
export const WRITING = /^\s*(?:words|written|text|story|reporting|report|by|著者|文)\b/iu;

export const ROLE =
  /\b(?:editor|reporter|correspondent|writer|columnist|journalist|staff|contributor|producer|director|professor|critic|chief|analyst|photographer|desk|bureau|redakteurin|redakteur|redaktionsleiter|chefredakteur|chefredakteurin|korrespondent|korrespondentin|volont[aä]r|reporterin|journaliste|rédacteur|rédactrice|redactor|redactora|periodista|corresponsal|giornalista|inviato|jornalista|repórter|redacteur|verslaggever|redaktør|ph\.?d|m\.?d|senior|fellow|researcher|lecturer|special to|freelance|archive page|profile|view all|biography|contact|follow|share|more|read|subscribe|subscriber|minutes?|hours?|ago|updated|published|am|pm|gmt|est|edt|monday|tuesday|wednesday|thursday|friday|saturday|sunday|author|authors|null|undefined|unknown|sponsored|admin|administrator|developer|no author|guest author|see full bio|bio|live|copy|copied|link|print|e-?mail|comments?|ceo|cto|cfo|n\/a)\b|^(?:january|february|march|april|may|june|july|august|september|october|november|december|jr|sr|ii|iii|ma|mba|rd|mph|jd)\.?$/i;

/** Agencies and desks that sign in one word or with words that would read as roles. */
export const AGENCY =
  /^(?:afp|ap|reuters|upi|pti|ani|ians|dpa|epd|kna|sid|apa|sda|keystone-sda|ats|ansa|agi|adnkronos|askanews|efe|europa press|lusa|agência brasil|belga|anp|pa|aap|tt|ntb|ritzau|stt|pap|ctk|čtk|mti|agerpres|tanjug|hina|xinhua|tass|interfax|ria novosti|тасс|интерфакс|риа новости|anadolu|anadolu agency|yonhap|kyodo|kyodo news|jiji|jiji press|共同通信|共同|時事通信|新華社|新华社|中新社|연합뉴스|antara|bernama|bloomberg|cnn|bbc news|associated press|the associated press|press association|pa media|the canadian press|canadian press|agence france-presse|deutsche presse-agentur|tribune news service|dow jones newswires|staff|staff writer|newsroom|news desk|web desk|redaktion|la redazione|redazione|rédaction|redacción|redação|editorial board|the editorial board)$/i;

/** Names of houses: beside a person's name they say where the person works. */
export const AFFILIATION =
  /\b(?:News|Journal|Times|Post|Herald|Tribune|Press|Magazine|Media|Radio|TV|Television|Network|Gazette|Chronicle|Daily|Newspapers?|University|Institute|College|Foundation|Inc|LLC|GmbH|Ltd)\.?$/u;
