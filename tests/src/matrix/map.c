/* Writes one byte of a file through a shared mapping.
 *
 * map FILE OFFSET BYTE: at once.
 * map FILE OFFSET BYTE READY GO: makes the page dirty without a change, makes READY, waits for GO, and then writes
 * into the page that is dirty already. No time moves then, unless the page was written back in between.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int count, char **arguments) {
    if (count != 4 && count != 6) return 2;
    int file = open(arguments[1], O_RDWR);
    struct stat found;
    if (file < 0 || fstat(file, &found)) return 3;
    volatile char *bytes = mmap(NULL, found.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    long offset = atol(arguments[2]);
    if (bytes == MAP_FAILED || offset >= found.st_size) return 4;
    if (count == 6) {
        bytes[offset] = bytes[offset];
        if (close(open(arguments[4], O_WRONLY | O_CREAT, 0600))) return 5;
        for (int tries = 0; access(arguments[5], F_OK); tries++) {
            if (tries == 60000) return 6;
            usleep(1000);
        }
    }
    bytes[offset] = arguments[3][0];
    return munmap((void *)bytes, found.st_size) ? 7 : 0;
}
