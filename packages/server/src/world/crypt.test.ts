import { describe, expect, it } from 'vitest';
import { crypt, cryptVerify } from './crypt.ts';

// Hashes made by glibc's crypt(3) and, for $apr1$, by openssl passwd.
const hashes: readonly { readonly password: string; readonly hash: string }[] = [
  { password: 'secret', hash: 'abNANd1rDfiNc' },
  { password: 'secret', hash: '$5$saltst$1jYNWFpL/GJqqm0Vel8.TysQOBW2ikrqFO0vYKsyUdA' },
  {
    password: 'secret',
    hash: '$6$rounds=1234$saltstring$jEjbdVgI3DJ2.2esJ0sGPhhOCjuOMC3NT4lLq17ZGmWxZHhdBv5MlVgCU2CU8OvKOT9He.hkrN.SUx28Eu6OE0',
  },
  { password: 'secret', hash: '$1$saltst$jOXEbuKPkSK3iMvJ31VLU/' },
  { password: 'secret', hash: '$apr1$abcdefgh$h9FWgUz3n9YxylKLlR5SQ/' },
  { password: '', hash: 'xyw1.V0rbu5mQ' },
  { password: 'a much longer password than eight', hash: '.Zm9myypQGNQI' },
  { password: '\xe9t\xe9 bytes', hash: '9/L1u6UFHgT1w' },
  { password: '', hash: '$5$s$u9jS/E6rlpZoj8KCMVhpLKJh2MrO5hc9UBdfKCcvVU7' },
  {
    password: 'pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp',
    hash: '$5$rounds=1500$0123456789abcdef$qVZKV2w6nc.Ix5xzIxW6mwnHxJBVHz6aTUJLOWADzaB',
  },
  {
    password:
      'pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp',
    hash: '$6$abc$7HVaPSQhx0404miTcvQyyL8fJSOuMb02msVTGodvvVKzCASX37K0zKS0xhfPX4kO.sy/7sJzOIX3kp9d.R.rJ1',
  },
  {
    password: '',
    hash: '$6$$/chiBau24cE26QQVW3IfIe68Xu5.JQ4E8Ie7lcRLwqxO5cxGuBhqF2HmTL.zWJ9zjChg3yJYFXeGBQ2y3Ba1d1',
  },
  { password: '', hash: '$1$$qRPK7m23GJusamGpoGLby/' },
  { password: 'longer than sixteen characters here', hash: '$1$abcdefgh$lJU6eN0l0xoXK3INvv8r20' },
];

describe('crypt', () => {
  it.each(hashes)('makes $hash', ({ password, hash }) => {
    expect(crypt(password, hash)).toBe(hash);
    expect(cryptVerify(password, hash)).toBe(true);
    expect(cryptVerify(`x${password}`, hash)).toBe(false);
  });

  it('does not know other forms', () => {
    expect(cryptVerify('secret', '$y$j9T$abc$def')).toBeUndefined();
    expect(cryptVerify('secret', '')).toBeUndefined();
    expect(cryptVerify('secret', '!!')).toBeUndefined();
  });
});
