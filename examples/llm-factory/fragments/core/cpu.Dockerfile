# The runtime on CPUs. A real factory installs an interpreter and its wheels here; this one brings small programs in awk.
ARG PARENT
FROM ${PARENT}

ARG PYTHON=3.12

COPY --chmod=0755 runtime/ /opt/runtime/

# The lock file says what is installed, so that two images can be compared without running them.
RUN cd /opt/runtime \
 && { echo "python ${PYTHON}"; echo 'device cpu'; find bin lib -type f | LC_ALL=C sort | xargs sha256sum; } > lock.txt

ENV PATH=/opt/runtime/bin:${PATH} \
    FACTORY_PYTHON=${PYTHON} \
    FACTORY_DEVICE=cpu
CMD ["factory-info"]
