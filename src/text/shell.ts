/** One word for sh, zsh and bash; `$` and `?` of a query would not survive unquoted. */
export const renderWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

export const renderCommand = (words: readonly string[]): string => words.map(renderWord).join(' ');
