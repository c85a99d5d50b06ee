/** Field formats and enumerated values of FIX 4.2 and 4.4, for the fields of the messages in messages.ts. */
import { parseWhole } from './codec.ts';
import { isUtcDate, parseUtc, parseUtcTime } from './codec-time.ts';

export type FieldFormat = 'char' | 'whole' | 'decimal' | 'flag' | 'time' | 'date' | 'time-of-day' | 'month';

const TAGS: Readonly<Record<FieldFormat, string>> = {
  char: '4 13 21 25 28 29 39 40 54 59 61 63 71 77 81 94 104 127 150 156 160 163 165 206 263 269 274 279 281 285 317 327 374 385 388 418 419 433 434 442 447 468 525 528 530 531',
  whole:
    '7 9 16 33 34 36 45 67 68 73 74 78 82 83 85 87 88 90 93 95 98 102 103 108 124 136 146 157 169 172 197 199 201 203 209 212 215 216 264 265 267 268 287 290 295 296 297 298 300 301 303 304 315 321 323 326 334 338 339 340 346 348 350 352 354 356 358 360 362 364 368 369 371 373 378 380 382 383 384 386 393 394 395 398 399 401 409 414 415 416 417 420 422 423 427 428 429 430 431 441 445 452 453 454 460 533 534 539 555 581 585 607 627 630 653 702 706 711 724 725 727 728 729 731 753 768 789 802 804 911',
  decimal:
    '6 12 14 31 32 38 44 53 80 84 99 110 111 118 119 132 133 134 135 137 140 151 152 153 154 155 158 159 188 189 190 191 192 194 195 202 210 211 218 223 231 270 271 293 294 316 330 331 332 333 366 381 387 389 396 397 402 404 406 408 410 412 413 424 425 426 436 437 540 704 705 708 730 734 738',
  flag: '43 97 113 114 121 123 130 141 208 266 325 328 329 377 411 464 547 570 575 636 650 912',
  time: '42 52 60 62 122 126 168 341 342 343 344 345 367 370 438 443 483 515 586 629 769 779',
  date: '64 75 193 272 432 541 715 916 917',
  'time-of-day': '273',
  month: '200 313',
};

/** The format of a field at the place of its tag; a tag without one is text. */
export const FIELD_FORMATS: readonly (FieldFormat | undefined)[] = formatsByTag();

function formatsByTag(): (FieldFormat | undefined)[] {
  const formats = Array.from({ length: 1_024 }, (): FieldFormat | undefined => undefined);
  for (const [format, tags] of Object.entries(TAGS) as [FieldFormat, string][]) {
    for (const tag of tags.split(' ')) formats[Number(tag)] = format;
  }
  return formats;
}

/** A decimal as FIX writes it: digits, one point, an optional minus; no plus sign, no exponent. */
function isDecimal(value: string): boolean {
  let digits = 0;
  let points = 0;
  for (let at = value.charCodeAt(0) === 45 ? 1 : 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    if (code === 46) points += 1;
    else if (code >= 48 && code <= 57) digits += 1;
    else return false;
  }
  return digits > 0 && points <= 1;
}

/** `YYYYMM`, `YYYYMMDD` or `YYYYMMwN`. */
function isMonth(value: string): boolean {
  if (!isUtcDate(`${value.slice(0, 6)}01`)) return false;
  return value.length === 6 || isUtcDate(value) || /^w[1-5]$/.test(value.slice(6));
}

export function formatIsRight(format: FieldFormat, value: string): boolean {
  switch (format) {
    case 'char':
      return value.length === 1;
    case 'whole':
      return parseWhole(value) !== undefined;
    case 'decimal':
      return isDecimal(value);
    case 'flag':
      return value === 'Y' || value === 'N';
    case 'time':
      return parseUtc(value) !== undefined;
    case 'date':
      return isUtcDate(value);
    case 'time-of-day':
      return parseUtcTime(value) !== undefined;
    case 'month':
      return isMonth(value);
  }
}

type ValueTable = ReadonlyMap<number, ReadonlySet<string>>;

const table = (rows: Readonly<Record<number, string>>): ValueTable =>
  new Map(Object.entries(rows).map(([tag, values]) => [Number(tag), new Set(values.split(' '))]));

const VALUES_BOTH: Readonly<Record<number, string>> = {
  21: '1 2 3',
  98: '0 1 2 3 4 5 6',
  263: '0 1 2',
  265: '0 1',
  279: '0 1 2',
  323: '1 2 3 4 5 6',
  385: 'S R',
  434: '1 2',
};

const SECURITY_TYPES_42 =
  'BA CB CD CMO CORP CP CPP CS FHA FHL FN FOR FUT GN GOVT IET MF MIO MPO MPP MPT MUNI NONE OPT PS RP RVRP SL TD USTB WAR ZOO ? WLD MLEG';
const SECURITY_TYPES_44 =
  'EUSUPRA FAC FADN PEF SUPRA CORP CPP CB DUAL EUCORP XLINKD STRUCT YANK FOR CS PS BRADY EUSOV TBOND TINT TIPS TCAL TPRN UST USTB TERM RVLV RVLVTRM BRIDGE LOFC SWING DINP DEFLTED WITHDRN REPLACD MATURED AMENDED RETIRED BA BN BOX CD CL CP DN EUCD EUCP LQN MTN ONITE PN PZFJ SLQN STN TD XCN YCD ABS CMBS CMO IET MBS MIO MPO MPP MPT PFAND TBILL TNOTE TBA AN COFO COFP GO MT RAN REV SPCLA SPCLO SPCLT TAN TAXA TECP TRAN VRDN WAR MF MLEG NONE ? WLD REPO FORWARD BUYSELL SECLOAN SECPLEDGE FUT OPT';

export const FIELD_VALUES: Readonly<Record<'FIX.4.2' | 'FIX.4.4', ValueTable>> = {
  'FIX.4.2': table({
    ...VALUES_BOTH,
    20: '0 1 2 3',
    22: '1 2 3 4 5 6 7 8 9',
    39: '0 1 2 3 4 5 6 7 8 9 A B C D E',
    40: '1 2 3 4 5 6 7 8 9 A B C D E F G H I P',
    54: '1 2 3 4 5 6 7 8 9',
    59: '0 1 2 3 4 5 6',
    77: 'O C',
    102: '0 1 2 3',
    103: '0 1 2 3 4 5 6 7 8',
    150: '0 1 2 3 4 5 6 7 8 9 A B C D E',
    167: SECURITY_TYPES_42,
    201: '0 1',
    340: '1 2 3 4 5',
    373: '0 1 2 3 4 5 6 7 8 9 10 11',
    380: '0 1 2 3 4 5',
  }),
  'FIX.4.4': table({
    ...VALUES_BOTH,
    22: '1 2 3 4 5 6 7 8 9 A B C D E F G H I J',
    39: '0 1 2 3 4 5 6 7 8 9 A B C D E',
    40: '1 2 3 4 5 6 7 8 9 A B C D E F G H I J K L M P',
    54: '1 2 3 4 5 6 7 8 9 A B C D E F G',
    59: '0 1 2 3 4 5 6 7',
    77: 'O C R F',
    102: '0 1 2 3 4 5 6 99',
    103: '0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 99',
    150: '0 1 2 3 4 5 6 7 8 9 A B C D E F G H I',
    167: SECURITY_TYPES_44,
    201: '0 1',
    340: '0 1 2 3 4 5 6',
    373: '0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 99',
    380: '0 1 2 3 4 5 6 7',
    530: '1 2 3 4 5 6 7',
    531: '0 1 2 3 4 5 6 7',
    581: '1 2 3 4 6 7 8',
    585: '1 2 3 4 5 6 7 8',
    724: '0 1 2 3 4',
  }),
};
