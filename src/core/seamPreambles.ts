/** Parts of a phrase in order: each is one of its alternatives; an empty one makes it optional. */
type Phrase = readonly (readonly string[])[];

interface Language {
  /** "Sure", "Of course": before a phrase, or before a repetition. */
  readonly openers: readonly string[];
  /** Phrases that speak of an interruption or of the rest of an answer: no answer goes on so by itself. */
  readonly clear: readonly Phrase[];
  /** Phrases that an answer might also hold. */
  readonly vague: readonly Phrase[];
}

const answerEn = [
  'response',
  'answer',
  'reply',
  'message',
  'text',
  'code',
  'list',
  'table',
  'output',
  'document',
  'explanation',
  'story',
  'file',
];
const objectEn = [
  '',
  ...answerEn.flatMap((thing) => [
    ` the ${thing}`,
    ` my ${thing}`,
    ` my previous ${thing}`,
    ` the previous ${thing}`,
    ` with the ${thing}`,
  ]),
  ' with the rest',
];
const whereEn = ['i', 'we', 'it', 'the response', 'my response', 'the text', 'the answer'].flatMap(
  (who) =>
    [
      'left off',
      'stopped',
      'was cut off',
      'were cut off',
      'was interrupted',
      'were interrupted',
    ].map((what) => `where ${who} ${what}`),
);
const fromEn = [
  ...whereEn.flatMap((where) => [
    ` ${where}`,
    ` from ${where}`,
    ` exactly ${where}`,
    ` right ${where}`,
    ` from exactly ${where}`,
    ` exactly from ${where}`,
  ]),
  ' from the point of interruption',
  ' from the interruption',
  ' from the cutoff',
  ' after the interruption',
];
const subjectEn = [
  '',
  "i'll ",
  'i will ',
  'let me ',
  "let's ",
  "i'm ",
  'i am ',
  'now ',
  'allow me to ',
];
const goOnEn = [
  'continuing',
  'continue',
  'resuming',
  'resume',
  'picking up',
  'pick up',
  'carrying on',
  'carry on',
];

const english: Language = {
  openers: [
    'sure',
    'sure thing',
    'certainly',
    'of course',
    'absolutely',
    'okay',
    'ok',
    'alright',
    'right',
    'yes',
    'got it',
    'understood',
    'no problem',
    'apologies',
    'my apologies',
    'sorry',
    'sorry about that',
    'sorry for the interruption',
    'apologies for the interruption',
    'my apologies for the interruption',
    'i apologize for the interruption',
    'i apologise for the interruption',
  ],
  clear: [
    [subjectEn, goOnEn, objectEn, fromEn],
    [
      ['here is', "here's", 'here are', 'this is'],
      [' the rest', ' the continuation', ' the remainder', ' the remaining part'],
      [
        '',
        ...answerEn.flatMap((thing) => [
          ` of the ${thing}`,
          ` of my ${thing}`,
          ` of my previous ${thing}`,
        ]),
      ],
    ],
    [['as i was saying']],
  ],
  vague: [
    [subjectEn, goOnEn, objectEn],
    [['continued', 'continuation', 'continued from above', 'continuing from above']],
  ],
};

const spanish: Language = {
  openers: [
    'claro',
    'claro que sí',
    'por supuesto',
    'desde luego',
    'de acuerdo',
    'entendido',
    'perdón por la interrupción',
    'disculpa la interrupción',
    'disculpe la interrupción',
  ],
  clear: [
    [
      ['', 'ahora '],
      [
        'continúo',
        'continuando',
        'continuamos',
        'sigo',
        'siguiendo',
        'prosigo',
        'retomo',
        'retomando',
        'voy a continuar',
      ],
      [
        '',
        ' la respuesta',
        ' el texto',
        ' el código',
        ' con la respuesta',
        ' con el texto',
        ' con el código',
      ],
      [
        ' desde donde lo dejé',
        ' donde lo dejé',
        ' desde donde me quedé',
        ' donde me quedé',
        ' desde donde lo dejamos',
        ' donde lo dejamos',
        ' desde donde se interrumpió',
        ' desde el punto en que se interrumpió',
        ' desde la interrupción',
      ],
    ],
    [
      ['aquí está', 'aquí tienes', 'este es', 'he aquí'],
      [' el resto', ' la continuación'],
      ['', ' de la respuesta', ' de mi respuesta', ' del texto', ' del código', ' de la lista'],
    ],
  ],
  vague: [
    [
      ['continúo', 'continuando', 'continuación', 'sigo', 'prosigo', 'voy a continuar'],
      ['', ' la respuesta', ' con la respuesta', ' el código', ' con el código'],
    ],
  ],
};

const french: Language = {
  openers: [
    'bien sûr',
    "d'accord",
    'certainement',
    'très bien',
    'entendu',
    "désolé pour l'interruption",
  ],
  clear: [
    [
      [
        'je continue',
        'je reprends',
        'continuons',
        'reprenons',
        'en continuant',
        'je poursuis',
        'poursuivons',
      ],
      ['', ' ma réponse', ' la réponse', ' le texte', ' le code'],
      [
        " là où je m'étais arrêté",
        ' là où je me suis arrêté',
        " où je m'étais arrêté",
        ' où je me suis arrêté',
        ' là où nous nous étions arrêtés',
        " à partir de l'interruption",
      ],
    ],
    [
      ['voici'],
      [' la suite', ' le reste'],
      ['', ' de la réponse', ' de ma réponse', ' du texte', ' du code', ' de la liste'],
    ],
  ],
  vague: [
    [
      ['suite', 'je continue', 'je reprends', 'continuons'],
      ['', ' ma réponse', ' la réponse'],
    ],
  ],
};

const german: Language = {
  openers: [
    'natürlich',
    'klar',
    'gerne',
    'gern',
    'selbstverständlich',
    'in ordnung',
    'verstanden',
    'entschuldigung für die unterbrechung',
  ],
  clear: [
    [
      [
        'ich fahre fort',
        'ich mache weiter',
        'ich setze fort',
        'weiter geht es',
        "weiter geht's",
        'fortsetzung',
      ],
      [
        ', wo ich aufgehört habe',
        ' wo ich aufgehört habe',
        ' dort, wo ich aufgehört habe',
        ' ab der stelle, an der ich aufgehört habe',
        ' an der stelle, an der ich unterbrochen wurde',
        ' ab der unterbrechung',
        ' der antwort',
        ' meiner antwort',
      ],
    ],
    [
      ['hier ist', 'hier kommt', 'hier folgt'],
      [' der rest', ' die fortsetzung'],
      ['', ' der antwort', ' meiner antwort', ' des textes', ' des codes', ' der liste'],
    ],
  ],
  vague: [[['fortsetzung', 'weiter', 'ich fahre fort', 'ich mache weiter']]],
};

const portuguese: Language = {
  openers: ['claro', 'com certeza', 'certo', 'entendido', 'desculpe a interrupção'],
  clear: [
    [
      ['continuando', 'continuo', 'vou continuar', 'prosseguindo', 'retomando'],
      ['', ' a resposta', ' o texto', ' o código'],
      [' de onde parei', ' de onde paramos', ' do ponto em que parei', ' a partir da interrupção'],
    ],
    [
      ['aqui está', 'segue'],
      [' o resto', ' o restante', ' a continuação'],
      ['', ' da resposta', ' do texto', ' do código'],
    ],
  ],
  vague: [
    [
      ['continuando', 'continuação', 'vou continuar'],
      ['', ' a resposta'],
    ],
  ],
};

const italian: Language = {
  openers: ['certo', 'certamente', 'va bene', 'capito', "scusa per l'interruzione"],
  clear: [
    [
      ['continuo', 'continuando', 'riprendo', 'riprendendo', 'proseguo', 'proseguendo'],
      ['', ' la risposta', ' il testo', ' il codice'],
      [
        ' da dove mi ero interrotto',
        ' da dove avevo lasciato',
        ' da dove eravamo rimasti',
        " dall'interruzione",
      ],
    ],
    [
      ['ecco'],
      [' il resto', ' il seguito', ' la continuazione'],
      ['', ' della risposta', ' del testo', ' del codice'],
    ],
  ],
  vague: [[['continuo', 'continuando', 'continuazione', 'riprendo', 'proseguo']]],
};

const russian: Language = {
  openers: ['конечно', 'хорошо', 'понял', 'извините за прерывание'],
  clear: [
    [
      ['продолжаю', 'продолжим', 'продолжение'],
      [' с того места, где остановился', ' с места, где остановился', ' с места обрыва', ' ответа'],
    ],
    [
      ['вот'],
      [' продолжение', ' остальное', ' остальная часть'],
      ['', ' ответа', ' текста', ' кода'],
    ],
  ],
  vague: [[['продолжаю', 'продолжение', 'продолжим']]],
};

const chinese: Language = {
  openers: ['好的', '好', '当然', '当然可以', '没问题', '抱歉', '明白了'],
  clear: [
    [
      ['', '我'],
      ['继续', '接着'],
      ['从', '上次'],
      ['中断', '断开', '停下', '停止'],
      ['的地方', '处', ''],
      ['继续', ''],
    ],
    [['从'], ['中断', '断开', '停下', '停止'], ['的地方', '处'], ['继续']],
    [['接上文', '续上文', '继续上文', '接续上文']],
    [
      ['以下是'],
      ['剩余', '剩下', '其余', '后续', '继续'],
      ['的', ''],
      ['内容', '部分', '回答', '代码'],
    ],
  ],
  vague: [[['继续', '续', '接着']]],
};

const japanese: Language = {
  openers: ['はい', '承知しました', 'もちろんです', 'わかりました', '了解しました', '失礼しました'],
  clear: [
    [
      ['以下は', ''],
      ['続きです', '続きになります', '続きを書きます'],
    ],
    [['中断した', '途切れた'], ['ところ', '箇所'], ['から'], ['続けます', '再開します']],
  ],
  vague: [[['続き', '続けます']]],
};

const korean: Language = {
  openers: ['네', '물론입니다', '알겠습니다', '죄송합니다'],
  clear: [
    [
      ['이어서', '계속해서'],
      [' 계속하겠습니다', ' 작성하겠습니다', ' 답변하겠습니다'],
    ],
    [
      ['중단된 부분부터', '끊긴 부분부터'],
      [' 계속하겠습니다', ' 이어서 작성하겠습니다'],
    ],
  ],
  vague: [[['계속', '이어서', '계속하겠습니다']]],
};

const languages: readonly (Language & { readonly initials: ReadonlySet<string> })[] = [
  english,
  spanish,
  french,
  german,
  portuguese,
  italian,
  russian,
  chinese,
  japanese,
  korean,
].map((language) => ({ ...language, initials: initialsOf(language) }));

/** The first two units of all preambles in this language: most continuations are none, and show it at once. */
function initialsOf({ openers, clear, vague }: Language): ReadonlySet<string> {
  const initials = new Set(openers.map((opener) => opener.slice(0, 2)));
  for (const phrase of [...clear, ...vague]) {
    for (const part of phrase) {
      for (const choice of part) initials.add(choice.slice(0, 2));
      if (!part.includes('')) break;
    }
  }
  return initials;
}

const allInitials = new Set(languages.flatMap(({ initials }) => [...initials]));
const firstUnits = new Set(Array.from(allInitials, (initial) => initial.charAt(0)));

/** How a phrase was set. */
const wrappers: readonly (readonly [string, string])[] = [
  ['', ''],
  ['(', ')'],
  ['[', ']'],
  ['*', '*'],
  ['**', '**'],
  ['_', '_'],
  ['*(', ')*'],
  ['*[', ']*'],
];

const afterOpener = [
  ', ',
  '! ',
  '. ',
  ': ',
  ' - ',
  ' – ',
  ' — ',
  '; ',
  '，',
  '。',
  '！',
  '、',
  '!\n\n',
  '.\n\n',
  '!\n',
  '.\n',
];
/** Endings that announce what follows. */
const announcing = [':', ' :', '…', '...', '：', '……', ':**', '…**'];
const plainEndings = ['', '.', '!', ',', '。', '！', '，', ' -', ' –', ' —', '.**'];

/** A phrase with which a continuation may begin before it goes on. */
export interface Preamble {
  /** Length in UTF-16 units. */
  readonly length: number;
  /** Whether it may be taken off where it has a line of its own, even if nothing is repeated after it. */
  readonly standsAlone: boolean;
}

export interface PreambleReading {
  /** The longest one that the text begins with. */
  readonly preamble: Preamble | undefined;
  /** Whether more text may make one, or a longer one. */
  readonly isOpen: boolean;
}

/** Longer text than this begins with no preamble known here; UTF-16 units. */
const longestPreamble = 160;

/** Reads a preamble at the beginning of `text`, in one of ten languages. */
export function readPreamble(text: string): PreambleReading {
  const wrapper = /^[*_([]+/.exec(text)?.[0].length ?? 0;
  const initial = plain(text.slice(wrapper, wrapper + 2));
  if (initial.length < 2) {
    return { preamble: undefined, isOpen: initial === '' || firstUnits.has(initial) };
  }
  const [first = ''] = initial;
  if (!allInitials.has(initial) && !allInitials.has(first)) {
    return { preamble: undefined, isOpen: false };
  }
  const said = plain(text.slice(0, longestPreamble));
  let preamble: Preamble | undefined;
  let isOpen = false;
  const take = (parts: Phrase, standsAlone: boolean): void => {
    const reading = readPhrase(said, parts);
    isOpen ||= reading.isOpen;
    for (const length of reading.lengths) {
      if (length === 0 || isWithinWord(said, length)) continue;
      const isLonger = preamble === undefined || length > preamble.length;
      if (isLonger || (length === preamble?.length && standsAlone)) {
        preamble = { length, standsAlone };
      }
    }
  };
  for (const language of languages) {
    if (!language.initials.has(initial) && !language.initials.has(first)) continue;
    const openings = openingsOf(said, language);
    isOpen ||= openings.isOpen;
    for (const opening of openings.texts) {
      for (const [before, after] of wrappers) {
        const start = opening + before;
        if (!start.startsWith(said) && !said.startsWith(start)) continue;
        const isWrapped = before !== '' || opening !== '';
        for (const phrase of language.clear) {
          take([[start], ...phrase, [...plainEndings, ...announcing], [after]], true);
        }
        for (const phrase of language.vague) {
          take([[start], ...phrase, plainEndings, [after]], isWrapped);
          take([[start], ...phrase, announcing, [after]], true);
        }
      }
    }
    take([language.openers, ['', ...plainEndings, ':']], false);
  }
  return { preamble, isOpen: isOpen && text.length < longestPreamble };
}

/** Beginnings of a phrase that the text has: nothing, or one or two openers. */
function openingsOf(said: string, { openers }: Language): { texts: string[]; isOpen: boolean } {
  const one = readPhrase(said, [openers, afterOpener]);
  const two = readPhrase(said, [openers, afterOpener, openers, afterOpener]);
  return {
    texts: ['', ...[...one.lengths, ...two.lengths].map((length) => said.slice(0, length))],
    isOpen: one.isOpen || two.isOpen,
  };
}

/** All lengths with which the text goes through the parts, and whether it may yet go through them. */
function readPhrase(
  text: string,
  parts: Phrase,
): { lengths: ReadonlySet<number>; isOpen: boolean } {
  let ends = new Set([0]);
  let isOpen = false;
  for (const part of parts) {
    const next = new Set<number>();
    for (const end of ends) {
      for (const choice of part) {
        if (text.startsWith(choice, end)) next.add(end + choice.length);
        if (choice.length > text.length - end && choice.startsWith(text.slice(end))) isOpen = true;
      }
    }
    ends = next;
  }
  return { lengths: ends, isOpen };
}

function isWithinWord(said: string, length: number): boolean {
  return /[\p{L}\p{N}]/u.test(said.charAt(length)) && /[a-zà-ÿа-я]/.test(said.charAt(length - 1));
}

/** Small letters and straight quotes, unit by unit so that lengths stay. */
function plain(text: string): string {
  return text
    .split('')
    .map((unit) => {
      const small = unit.toLowerCase();
      return small.length === 1 ? (small === '’' ? "'" : small) : unit;
    })
    .join('');
}
