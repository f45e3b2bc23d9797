# The runtime on CUDA devices: that of the CPU and kernels made ahead of time, one table for each GPU architecture.
ARG PARENT
FROM ${PARENT} AS kernels

ARG CUDA_ARCHS=80
RUN <<'END'
set -eu
mkdir /kernels
for arch in ${CUDA_ARCHS}; do
  awk -v arch="$arch" 'BEGIN { for (x = 0; x < 64; x++) print "tile", x, x * arch % 128 }' > "/kernels/sm${arch}.tab"
done
END

FROM ${PARENT}

ARG PYTHON=3.12

COPY --chmod=0755 runtime/ /opt/runtime/
COPY --from=kernels /kernels/ /opt/runtime/kernels/

RUN cd /opt/runtime \
 && { echo "python ${PYTHON}"; echo 'device cuda'; find bin kernels lib -type f | LC_ALL=C sort | xargs sha256sum; } > lock.txt

ENV PATH=/opt/runtime/bin:${PATH} \
    FACTORY_PYTHON=${PYTHON} \
    FACTORY_DEVICE=cuda
CMD ["factory-info"]
