/** The side file of a journal: `desk.db` has `desk.lock`, `desk.anchor` and `desk.reserve`. */
export function besides(path: string, extension: 'lock' | 'anchor' | 'reserve'): string {
  return `${path.replace(/\.[^./\\]*$/, '')}.${extension}`;
}
