/** Persons changed what the desk is configured to do. It takes the place of the part of `desk.json` at the next start. */
export interface SettingsChanged {
  readonly kind: 'settings-changed';
  readonly v: 1;
  readonly what: 'policy' | 'calendar' | 'gateway';
  /** The whole new part, as JSON; no secret is in a configuration. */
  readonly value: string;
  readonly why: string;
  readonly by: readonly string[];
}

export type SettingsFact = SettingsChanged;
