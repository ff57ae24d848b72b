/* Runs the library on a machine that has a C library and no Rust runtime. */
int smsgw_no_std(void);

int main(void)
{
    return smsgw_no_std();
}
