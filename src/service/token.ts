import { createHash, timingSafeEqual } from 'node:crypto';
import { ServiceError } from './problem';

/** Returns a function that throws unless an Authorization header has the token; it takes as long for every guess. */
export function tokenCheck(token: string): (authorization: string | undefined) => void {
  const expected = digest(token);
  return (authorization = '') => {
    const [, given] = /^Bearer +(\S.*)$/i.exec(authorization) ?? [];
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return;
    const problem = given === undefined ? 'Expected the header Authorization: Bearer TOKEN' : 'The token is wrong';
    throw new ServiceError(401, problem);
  };
}

/** Of the same length for every token, as the comparison requires. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
