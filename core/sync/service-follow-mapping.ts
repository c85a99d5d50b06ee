import type { Journal } from '#core/journal/port.ts';
import type { FromMain } from './messages.ts';
import type { MainLink } from './service-link.ts';

interface MappingDeps {
  readonly journal: Pick<Journal, 'append'>;
  readonly link: Pick<MainLink, 'send'>;
  readonly follows: () => boolean;
  readonly epoch: () => number;
}

/**
 * Which accounts are at home here: only main moves them, and only while main is the authority. In an emergency they
 * stay as they are, and what main then says is taken afterwards: a desk that closes rows is not told in the middle that
 * they are another's. In force for main when it is acknowledged.
 */
export class Mapping {
  readonly #deps: MappingDeps;
  #offered: Extract<FromMain, { type: 'mapping' }> | null = null;

  constructor(deps: MappingDeps) {
    this.#deps = deps;
  }

  offer(message: Extract<FromMain, { type: 'mapping' }>): void {
    this.#offered = message;
    this.take();
  }

  /** Takes what is offered, if it may be taken now; what the journal or the link do not take is tried again. */
  take(): void {
    if (this.#offered === null || !this.#deps.follows()) return;
    const { mappingEpoch, accounts } = this.#offered;
    const { journal, link, epoch } = this.#deps;
    if (mappingEpoch > epoch()) {
      const kept = journal.append([{ kind: 'mapping-changed', v: 1, mappingEpoch, accounts }]);
      if (!kept.ok) return;
    }
    // An older one is not acknowledged: main went back.
    if (mappingEpoch < epoch() || link.send({ type: 'mapping-ack', mappingEpoch })) this.#offered = null;
  }
}
