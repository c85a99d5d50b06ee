import type { DeskDoor, World } from './world.ts';

/**
 * Makes the persons of a simulated desk where they are missing, and says how to sign in as one of them. Nothing for a
 * real desk: its persons ask for their accounts, and its first admin comes with the code of the first run.
 */
export async function seatPersons(world: World, door: DeskDoor): Promise<string[]> {
  if (world.seat === null) return [];
  const seated = await world.seat(door);
  if ('refused' in seated) {
    return [
      `The persons of the simulated desk could not be made: ${seated.refused}`,
      'A data folder that is new, or whose folder "simulation" is as it was, has them.',
    ];
  }
  const persons = seated.persons.map(
    ({ user, role, password, totpSecret }) =>
      `  ${user} (${role})  password ${password}  authenticator key ${totpSecret}`,
  );
  return [
    'Sign in as one of the two made-up persons:',
    ...persons,
    'This desk lives at another time of day, and so do its codes: npm run code -- asha prints the current one.',
  ];
}
