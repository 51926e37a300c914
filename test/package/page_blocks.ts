/** The block of a page behind `<!-- mark -->`. */
export function blockOf(page: string, mark: string): string {
  const block = new RegExp(`<!-- ${mark} -->\\s+\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(page);
  if (block === null) throw new Error(`the page has no block behind <!-- ${mark} -->`);
  return block[1]!;
}
