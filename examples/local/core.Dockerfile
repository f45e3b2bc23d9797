ARG PARENT
FROM ${PARENT}

RUN mkdir -p /opt/tools && uname -m > /opt/tools/machine
CMD ["cat", "/opt/tools/machine"]
