// One fence per sentence of the layering rules. Each rule says why, so a failing build teaches.
// tests/fence plants a violation of each and expects it to be caught.

// A name may carry an addition: codec.ts, codec-fields.ts. (`[.-][a-z0-9.-]*$` says so, in one step of backtracking.)

/** Words a service may say in public; a neighbour may read these files and no others. */
const FACTS_AND_CONTRACT = '^core/[^/]+/(contract|events|port)[.-][a-z0-9.-]*$';

/** Parts of core that belong to no service, so that every service may read them. */
const SHARED = '^core/(lib|model|journal)/';

/** Files of core that touch the world. Everything else in core is pure, whatever its name. */
const IMPURE = [
  '^core/(app|router)[.-][a-z0-9.-]*$',
  '^core/.+/(service|store|connection|worker)[.-][a-z0-9.-]*$',
  '^core/exchange/[^/]+/(session|gateway|reader)[.-][a-z0-9.-]*$',
  '^core/(journal|web)/(?!(domain|contract|events|codec|machine|port|plan|messages)[.-][a-z0-9.-]*$)',
];
/** Contracts, and the one builder with which they are made. */
const CONTRACT = ['^core/contract[.]ts$', '^core/.+/contract[.-][a-z0-9.-]*$', '^core/lib/procedure[.]ts$'];
const TEST = '[.]test[.]tsx?$';
const PRODUCT = '^(core|main|renderer|native-bridge)/';
/** Folders that stand outside the product: counterparts, whole-system tests, measurements. */
const OUTSIDE = '^(drill|tests|bench|build)/';

const pkg = (name) => `(^|/)node_modules/${name}(/|$)|^${name}$`;

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** `to` is met in the `allowed` files only, tests and counterparts apart. */
const only = (name, comment, to, allowed) =>
  rule(name, comment, { pathNot: [...allowed, TEST, OUTSIDE] }, { path: to });

export default {
  forbidden: [
    rule('no-cycle', 'Not even through types.', {}, { circular: true }),
    rule('no-broken-import', 'A typo must not hide an edge.', {}, { couldNotResolve: true }),
    rule(
      'core-knows-no-host',
      'Core runs under Node alone.',
      { path: '^core/' },
      { path: [pkg('electron'), pkg('react'), pkg('react-dom'), '^(main|renderer|native-bridge)/'] },
    ),
    rule(
      'renderer-sees-contract-only',
      'The screen knows what can be asked, never how it is done.',
      { path: '^renderer/' },
      {
        path: '^(core|main|native-bridge)/',
        pathNot: [
          '^core/(contract|events)[.]ts$',
          '^core/model/',
          '^core/[^/]+/(contract|events)[.-][a-z0-9.-]*$',
        ],
      },
    ),
    rule(
      'renderer-has-no-node',
      'Sandboxed.',
      { path: '^renderer/', pathNot: TEST },
      { dependencyTypes: ['core'] },
    ),
    rule(
      'features-are-strangers',
      'Screens meet in renderer/index.tsx.',
      { path: '^renderer/features/([^/]+)/' },
      { path: '^renderer/features/', pathNot: '^renderer/features/$1/' },
    ),
    rule(
      'main-uses-the-front-door',
      'main starts core, keeps its keys, checks and rekeys a journal, opens its epochs, reads files for it; it does not reach into it.',
      { path: '^main/' },
      {
        path: '^core/',
        pathNot: [
          '^core/(app|app-epoch|app-secrets|host|journal/(verify|rotate)|lib/(result|worker-file))[.]ts$',
          // What headquarters writes and a desk reads has one pure form each: two would drift apart unseen.
          '^core/(approvals/domain-headquarters|users/domain-set)[.]ts$',
        ],
      },
    ),
    rule(
      'bridge-is-thin',
      'The bridge carries messages; it holds no rules.',
      { path: '^native-bridge/' },
      { path: '^(core|main|renderer)/', pathNot: '^core/(router|contract|host|door|door-bound)[.]ts$' },
    ),
    rule(
      'pure-stays-pure',
      'Pure files import pure files and zod.',
      { path: '^core/', pathNot: [...IMPURE, ...CONTRACT, TEST] },
      { pathNot: ['^core/', pkg('zod')] },
    ),
    rule(
      'pure-reads-only-pure',
      'What touches the world is handed in, not imported, not even as a type.',
      { path: '^core/', pathNot: [...IMPURE, TEST] },
      { path: IMPURE },
    ),
    rule(
      'contracts-speak-zod',
      'A contract is shapes and permissions: pure files, zod and the contract builder.',
      { path: CONTRACT, pathNot: TEST },
      { pathNot: ['^core/', pkg('zod'), pkg('@orpc/contract')] },
    ),
    rule(
      'services-are-strangers',
      'A service may read a neighbour’s facts and contract; its code arrives by injection.',
      { path: '^core/([^/]+)/', pathNot: TEST },
      { path: '^core/[^/]+/', pathNot: [FACTS_AND_CONTRACT, SHARED, '^core/$1/'] },
    ),
    rule(
      'one-composer',
      'Only core/app.ts, its parts and core/router.ts wire.',
      {
        path: '^core/([^/]+)',
        pathNot: ['^core/(app|router)[.-][a-z0-9.-]*$', TEST],
      },
      { path: '^core/[^/]+/service[.-][a-z0-9.-]*$', pathNot: '^core/$1/' },
    ),
    only('one-database', 'SQL drivers live behind one file.', `${pkg('better-sqlite3')}|^node:sqlite$`, [
      '^core/journal/sqlite[.]ts$',
    ]),
    only('one-socket', 'Raw sockets live behind one file per protocol.', '^(node:)?(net|tls|dgram)$', [
      '^core/exchange/fix/connection[.]ts$',
    ]),
    only('one-web-door', 'ws lives in the web server and in sync.', pkg('ws'), ['^core/(web|sync)/']),
    only('one-http-server', 'One server answers HTTP.', `${pkg('fastify')}|${pkg('@fastify/[^/]+')}`, [
      '^core/web/',
    ]),
    only('one-keychain', 'Secrets pass one file.', pkg('@napi-rs/keyring'), [
      '^native-bridge/keychain[.]ts$',
    ]),
    only('electron-at-the-edge', 'Electron stays in main and native-bridge.', pkg('electron'), [
      '^(main|native-bridge)/',
    ]),
    rule(
      'drill-is-outside',
      'The product never leans on its counterparts, its tests or its tools.',
      { path: PRODUCT },
      // Its tests may use the stages of tests/; that what ships does not is the next rule.
      { path: OUTSIDE, pathNot: '^tests/' },
    ),
    rule(
      'no-test-in-product',
      'What ships does not carry its tests.',
      { pathNot: [TEST, '^tests/'] },
      { path: [TEST, '^tests/'] },
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'types', 'default'],
    },
  },
};
