package cache;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/** A fixed set of locks shared by all cache keys. */
public final class StripedLocks {
    private final Lock[] stripes;

    public StripedLocks(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("at least one stripe is needed");
        }
        stripes = new Lock[count];
        for (int i = 0; i < count; i++) {
            stripes[i] = new ReentrantLock();
        }
    }

    /** The lock to hold while the entry for the key is being loaded. */
    public Lock lockFor(String key) {
        return stripes[Math.floorMod(key.hashCode(), stripes.length)];
    }
}
