// What somebody types into a prediction, as numbers: course_utils/exercises/engine/reading.py, in the same order.
// Its words and signs are btpWords, which book.py writes above; the tests give the same texts to both.

const btpRead = (() => {
  const { about, units, printed, giveOrTake, name, ones, tens, counts, words, parts, allParts, signs } = btpWords;
  const regex = (strings, ...values) => new RegExp(String.raw(strings, ...values), "giu");
  const anyOf = (some) => Object.keys(some).sort((a, b) => b.length - a.length).join("|");
  const LETTER = String.raw`[\p{L}_]`;
  const GIVE_OR_TAKE = regex`(?<=[\w.)\]%°])\s*${giveOrTake}\s*`;
  const KEYWORD = /,\s*(?:dtype|device|requires_grad|grad_fn|size)\s*=\s*(?:\([^)]*\)|[^,()\]]*)(?=[,)\]])/g;
  const PRINTED = regex`\b${printed}`;
  const OPEN = regex`[<>≤≥]|${giveOrTake}|\b(?:or|to|between|at least|at most|not|nan|inf|infinity)\b`;
  const ABOUT = regex`(?<!${LETTER})${about}(?!${LETTER})`;
  const NAME = regex`(${name})\s*[=:]`;
  const NAMES = regex`^\s*(?:${name}\s*)?[=:~]+|(?<![\d)\s])~|${name}\s*[=:]`;
  const TWENTY_ONE = regex`\b(${anyOf(tens)})-(${anyOf(ones)})\b`;
  const AND_A_HALF = regex`(?<![\w./*,])(?<![/*]\s)(\d+|${anyOf(counts)})\s+and\s+(?:an?|one)\s+(${anyOf(allParts)})\b`;
  const WORD = regex`\b(${anyOf(words)})\b`;
  const COUNT = String.raw`(?:(\d+)\s+(?=1?\b\w+s\b)|an?\s+|(?<![\d.])1\s+)`;
  const PART = regex`\b(?:${COUNT}?(${anyOf(parts)})|${COUNT}(${anyOf(allParts)}))\b`;
  const UNIT_BEFORE = regex`^\s*${units}\s+(?=[-+\d.(])`;
  const UNIT = regex`(?<=[\d.)\]])\s*(?:(?:of\s+)?an?\s+)?(?:${units}(?:\*\*[23])?(?!(?<=point)\s*\d)|x(?!\s*\d))(?![\w(*])`;

  function unreadable() { throw new Error("not a number"); }

  // ---- from characters and words to digits and operators -----------------------------------------------------------
  const translated = (text) => [...text].map((char) => signs[char] ?? char).join("");
  function digit(char) {  // the digits of an alphabet follow each other
    let value = 0;
    while (value < 9 && /\p{Nd}/u.test(String.fromCodePoint(char.codePointAt(0) - value - 1))) value++;
    return String(value);
  }
  const oneAlphabet = (text) => translated(translated(text.replace(/[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]/g, ""))
    .replace(/[⁰¹²³⁴-⁹⁺⁻]+/g, (power) => `**${power.normalize("NFKC")}`)
    .replace(/(\d*)\s*([¼-¾⅐-⅞])/g, (_, whole, part) => `(${whole || 0}+${part.normalize("NFKD").replace("⁄", "/")})`)
    .normalize("NFKC")).replace(/\p{Nd}/gu, digit)
    .replace(/(?<=[\d)\]])(?<!\b0)\s*x(?=\s*[\d(])/gi, "×").replace(/^\s*[x×]\s*(?=\d)/i, "")
    .replace(/(?<=\d)_(?=\d)/g, "").replaceAll("^", "**")
    .replace(/["`´$?]|(?<!\d)'|'(?!\d)|\.+\s*$/g, "").trim();
  function plainOf(text, count, unit) {
    let plain = oneAlphabet(text);
    if (count === 2) plain = plain.replace(GIVE_OR_TAKE, " ; ");
    plain = plain.replace(KEYWORD, "").replace(/(?:(?:np|numpy)\.)?u?int\d*\s*\((\s*-?\d+\s*)\)/g, "$1").replace(PRINTED, "")
      .replace(/\b(?:(?:np|math)\.)?(log10|sqrt)\(([\d.]+)\)/g, (_, what, value) => `(${Math[what](Number(value))})`)
      .replace(/\bto the right\b/gi, " ").replace(/(?<=\d)\s*:\s*1\s*$/, "");
    if (plain.search(OPEN) >= 0 || /\d\*?[ij]\b/.test(plain)) unreadable();
    plain = plain.replace(ABOUT, " ");
    if ((plain.match(NAME) ?? []).length > 1) unreadable();
    plain = plain.replace(NAMES, " ");
    if (/^\s*(?:none|nothing|nil|null)\s*$/i.test(plain)) return "0";
    return withoutWords(plain, count).replace(UNIT_BEFORE, "").replace(UNIT, " ")
      .replace(/(\d+(?:[.,]\d+)?|[.,]\d+)\s*%/g, unit === "%" ? "$1" : "$1/100");
  }
  function withoutWords(plain, count) {
    const low = (word) => word.toLowerCase();
    plain = plain.replace(TWENTY_ONE, (_, ten, one) => `(${counts[low(ten)]}+${counts[low(one)]})`)
      .replace(/(?<=[\p{L}_])-(?=[\p{L}_])/gu, " ").replace(/(?<=[\w)])\s+times\s+(?=[\w(])/gi, "*");
    if (count === 1) plain = plain.replace(AND_A_HALF, (_, whole, part) =>
      `(${counts[low(whole)] ?? whole}+1/${allParts[low(part)]})`);
    return plain.replace(WORD, (word) => words[low(word)])
      .replace(PART, (_, few, part, many, place) => `(${few ?? many ?? 1}/${allParts[low(part ?? place)]})`);
  }
  function oneSide(plain) {  // the left side of 7/3 = 2.33
    const sides = plain.split(/[=~]+/);
    if (sides.length === 1) return plain;
    const values = sides.map((side) => valuesOf(side.replaceAll(",", ";")));
    const close = ([value]) => Math.abs(value - values[0][0]) <= 1e-9 + 0.01 * Math.abs(values[0][0]);
    return values.every((some) => some.length === 1 && close(some)) ? sides[0] : unreadable();
  }
  function noRange(plain) {  // 3-4 may be a range or -1
    const [, low, before, after, high] = /^\s*(\d+\.?\d*)(\s*)-(\s*)(\d+\.?\d*)\s*$/.exec(plain) ?? [];
    if (low && !before === !after && Number(low) < Number(high)) unreadable();
  }

  // ---- the ways to read it: null where a way does not apply --------------------------------------------------------
  const separated = (plain) => valuesOf(plain.replaceAll(",", ";"));
  const changed = (plain, pattern, other) => {
    const now = plain.replace(pattern, other);
    return now === plain ? null : separated(now);
  };
  const WAYS = [
    (plain) => /(?:^|[;[({+*/-])\s*,\d/.test(plain) || /\d\s*,\s*,/.test(plain) ? null : separated(plain),
    (plain) => changed(plain, /(?<![\d.,'])[1-9]\d{0,2}(?:,\d{3}|[ ]\d{3}|'\d{3})+(?![\d,'])/g,
      (digits) => digits.replace(/\D/g, "")),
    (plain) => /,\s*,/.test(plain) ? null : changed(
      plain.replace(/(?<![\d.,])\d{1,3}(?:\.\d{3})+(?=,\d)/g, (digits) => digits.replaceAll(".", "")), /,(?=\d)/g, "."),
    (plain) => changed(plain, /(?<![\d./*,])(\d+)[ ]+(\d+ ?\/ ?\d+)(?![\d./*])/g, "($1+$2)"),
    (plain) => changed(plain, /×/g, ";"),
  ];

  // ---- from digits and operators to values -------------------------------------------------------------------------
  const valuesOf = (plain) => split(plain.replaceAll("×", "*")).map(calculated);
  const split = (plain) => opened(plain.replace(/[[\]\n\r\t;,]+/g, ";").replace(/[ ]*(\*\*|[*/])[ ]*/g, "$1")
    .replace(/(?<=[\d.)])[ ]+([+-])[ ]+(?=[\d.(])/g, "$1").replace(/([+-])[ ]+(?=[\d.(])/g, "$1")
    .replace(/\([ ]+/g, "(").replace(/[ ]+\)/g, ")")).match(/[^\s;]+/g) ?? [];
  function opened(plain) {  // round brackets around several values go; those around a part of a calculation stay
    const inner = /\(([^()]*)\)/g;
    while (plain.search(inner) >= 0)
      plain = plain.replace(inner, (_, part) => /[;\s]/.test(part) ? `;${part};` : `⟨${part}⟩`);
    return plain.replace(/[()]/g, ";").replaceAll("⟨", "(").replaceAll("⟩", ")");
  }
  function calculated(token) {
    const found = token.match(/(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?|\*\*|[-+*/()]/gi) ?? [];
    let at = 0;
    const next = (...some) => some.includes(found[at]) ? found[at++] : "";
    const sum = () => {
      let value = product();
      for (let sign; (sign = next("+", "-"));) value += sign === "+" ? product() : -product();
      return value;
    };
    const product = () => {
      let value = signed();
      for (let sign; (sign = next("*", "/"));) value = sign === "*" ? value * signed() : value / signed();
      return value;
    };
    const signed = () => next("-") ? -signed() : next("+") ? signed() : power();
    const power = () => { const base = single(); return next("**") ? base ** signed() : base; };
    const single = () => {
      if (!next("(")) return Number(found[at++] ?? NaN);
      const value = sum();
      return next(")") ? value : NaN;
    };
    const value = token.length <= 200 && found.join("") === token ? sum() : NaN;
    return at === found.length && Number.isFinite(value) ? value : unreadable();
  }

  // As many values as are asked for, or null.
  return (text, count, unit = "") => {
    const tried = (read, ...given) => { try { return read(...given); } catch { return null; } };
    const plain = tried(() => {
      const inside = oneSide(text.length > 2000 ? unreadable() : plainOf(text, count, unit));
      noRange(inside);
      return inside;
    });
    if (plain === null) return null;
    return WAYS.map((way) => tried(way, plain)).find((values) => values?.length === count) ?? null;
  };
})();
