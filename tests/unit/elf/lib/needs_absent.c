void absent_function(void);
void test(void);
void test(void) {
    absent_function();
}
