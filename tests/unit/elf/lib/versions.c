/* Two versions of one symbol; the second is the default. */
int one(void);
int two(void);
int one(void) {
    return 1;
}

int two(void) {
    return 2;
}
__asm__(".symver one, number@V1");
__asm__(".symver two, number@@V2");
