/** Words of titles and texts. */
export const WORDS: readonly string[] =
  "amber arch basin beacon birch breeze cedar cinder cliff cobalt coral crest delta ember fable fern flint forge frost glade grove harbor hazel indigo iris jade juniper kelp lagoon lark linen lotus lunar maple marsh meadow mesa mist moss nectar north oak onyx opal orchid pebble pine prairie quartz quill raven reef ridge river rowan sable sage shale silver slate spruce stone summit thistle tide timber topaz vale velvet violet willow zephyr".split(
    " ",
  );

/** Endings of long texts in the wide form of issues: not ASCII. */
export const WIDE: readonly string[] = [
  "Größenänderung für Zürich geprüft, 3 × 4 µm",
  "データの読み込みが遅い",
  "Проверка загрузки данных",
  "Année à côté – déjà vu",
  "部署完成 ✅ 🚀",
];

/** Endings of ordinary texts that need escaping somewhere on their way. */
export const EXTRA: readonly string[] = [
  "naïve café",
  "Größe",
  "数据管道",
  "данные",
  "🚀 deploy",
  'a "quoted" part',
  "back\\slash",
  "tab\tinside",
  "it's",
  "<b>html</b> & co",
];
