/** The block of the README behind `<!-- mark -->`. */
export function blockOf(readme: string, mark: string): string {
  const block = new RegExp(`<!-- ${mark} -->\\s+\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(readme);
  if (block === null) throw new Error(`README.md has no block behind <!-- ${mark} -->`);
  return block[1]!;
}
